"""Keys of the REST API and the command that issues them."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from drivers.models import ApiKey
from drivers.services import apikeys


def test_a_key_is_shown_once_and_only_its_digest_is_stored(operator):
    issued = apikeys.issue(user=operator)
    stored = ApiKey.objects.values().get()
    assert issued.key not in str(stored)
    assert issued.key.startswith(stored["prefix"])
    assert apikeys.authenticate(key=issued.key).user == operator


def test_a_wrong_key_opens_nothing(operator):
    issued = apikeys.issue(user=operator)
    assert apikeys.authenticate(key=issued.key + "x") is None


def test_a_revoked_key_opens_nothing(operator):
    issued = apikeys.issue(user=operator)
    apikeys.revoke(row=issued.row)
    assert apikeys.authenticate(key=issued.key) is None


def test_the_key_of_a_person_who_left_opens_nothing(operator):
    issued = apikeys.issue(user=operator)
    operator.is_active = False
    operator.save()
    assert apikeys.authenticate(key=issued.key) is None


def test_use_is_noted_at_most_once_a_minute(operator):
    issued = apikeys.issue(user=operator)
    start = timezone.now()
    seen = []
    for seconds in (0, 30, 61):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            apikeys.authenticate(key=issued.key)
        seen.append(ApiKey.objects.get().last_used_at)
    assert seen == [start, start, start + timedelta(seconds=61)]


def test_the_command_prints_the_key_as_its_last_line(operator):
    out = StringIO()
    call_command("apikey", operator.email.upper(), "--scope", "read", stdout=out)
    key = out.getvalue().splitlines()[-1]
    assert apikeys.authenticate(key=key).scopes == ["read"]


def test_the_command_names_an_unknown_email(db):
    with pytest.raises(CommandError, match=r"nobody@example\.com"):
        call_command("apikey", "nobody@example.com")
