"""API keys in the console."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from drivers.domain.roles import Role
from drivers.models import ApiKey, AuditEntry
from drivers.services import apikeys
from tests import factories

PAGE = "/console/keys/"


@pytest.fixture
def as_operator(client, operator):
    client.force_login(operator)
    return client


def make(client, **values):
    """The key as it is shown, once."""
    page = client.post(PAGE, {"name": "export", "scopes": ["read"]} | values).content.decode()
    return re.search(r"<code[^>]*>(bb_[^<]+)</code>", page)[1]


def reads(key):
    return Client(headers={"Authorization": f"Bearer {key}"}).get("/api/v1/sites/").status_code == 200


def test_a_key_is_made_shown_once_and_works(as_operator, operator):
    key = make(as_operator)
    assert reads(key)
    listed = as_operator.get(PAGE).content.decode()
    assert key not in listed
    assert "export" in listed
    assert ApiKey.objects.get(user=operator).scopes == ["read"]


def test_it_works_up_to_its_last_day(as_operator):
    key = make(as_operator, until=(timezone.now() + timedelta(days=3)).date())
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert reads(key)
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        assert not reads(key)


def test_a_day_that_is_over_is_refused(as_operator):
    answer = as_operator.post(PAGE, {"name": "export", "scopes": ["read"], "until": "2001-01-01"})
    assert "This day is over" in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_a_revoked_key_opens_nothing_and_the_log_says_who_revoked_it(as_operator, operator, organization):
    key = make(as_operator)
    as_operator.post(f"{PAGE}{ApiKey.objects.get().pk}/revoke/")
    assert not reads(key)
    entry = AuditEntry.objects.filter(content_type__model="apikey", organization=organization).latest()
    assert (entry.actor, list(entry.changes)) == (operator, ["revoked_at"])
    assert key not in str(list(AuditEntry.objects.values()))


def test_an_owner_sees_and_revokes_the_keys_of_members(client, owner, operator):
    key = apikeys.issue(user=operator, name="export")
    client.force_login(owner)
    assert operator.email in client.get(PAGE).content.decode()
    client.post(f"{PAGE}{key.row.pk}/revoke/")
    assert not reads(key.key)


def test_nobody_else_does(as_operator, owner, stranger, organization):
    colleague = factories.MembershipFactory(organization=organization, role=Role.VIEWER).user
    keys = [apikeys.issue(user=person, name="of-somebody-else") for person in (owner, stranger, colleague)]
    assert "of-somebody-else" not in as_operator.get(PAGE).content.decode()
    for key in keys:
        assert as_operator.post(f"{PAGE}{key.row.pk}/revoke/").status_code == 404
        assert apikeys.authenticate(key=key.key)


def test_who_works_for_nobody_makes_no_key(client, driver):
    client.force_login(driver)
    assert client.post(PAGE, {"name": "mine", "scopes": ["read"]}).status_code == 403
    assert not ApiKey.objects.exists()
