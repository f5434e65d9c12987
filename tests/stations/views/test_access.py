"""What the console shows and offers of how a station gets in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations.models import Command, ProfileUpgrade, RefusedAttempt, SharedIdentity, Station
from stations.views.wording import REFUSAL_FIX
from tests import factories


@pytest.fixture
def console(client, owner):
    client.force_login(owner)
    return client


def page(console, station, name=""):
    return console.get(f"/console/stations/{station.identity}/{name}").content.decode()


def test_a_station_without_credentials_is_called_insecure(console, station):
    assert "Insecure" in page(console, station)
    Station.objects.filter(pk=station.pk).update(security_profile=2)
    assert "Insecure" not in page(console, station)


def test_two_chargers_with_one_identity_stand_on_each_page_of_the_station(console, station):
    now = timezone.now()
    shared = SharedIdentity.objects.create(
        station=station,
        first_address="203.0.113.7",
        first_serial="SN-A",
        second_address="198.51.100.9",
        detected_at=now,
        last_at=now,
        hold_until=now,
    )
    for name in ("", "messages/"):
        shown = page(console, station, name)
        assert "203.0.113.7" in shown
        assert "198.51.100.9" in shown
        assert "SN-A" in shown
    SharedIdentity.objects.filter(pk=shared.pk).update(last_at=now - timedelta(days=1))
    assert "203.0.113.7" not in page(console, station)


def test_every_reason_for_a_refusal_comes_with_what_to_do():
    assert set(REFUSAL_FIX) >= set(RefusedAttempt.Reason)


def test_only_higher_profiles_are_offered(console, station):
    factories.connect(station)
    Station.objects.filter(pk=station.pk).update(security_profile=1)
    form = page(console, station, "commands/upgrade_security_profile/")
    assert 'value="2"' in form
    assert 'value="3"' in form
    assert 'value="1"' not in form


@pytest.mark.parametrize(("protocol", "asked"), [("ocpp1.6", False), ("ocpp2.0.1", True)])
def test_an_address_is_asked_for_where_the_version_needs_one(console, station, protocol, asked):
    factories.connect(station, protocol)
    assert ("Slot" in page(console, station, "commands/upgrade_security_profile/")) is asked


def test_rotating_the_password_asks_for_nothing(console, station):
    factories.connect(station)
    answer = console.post(f"/console/stations/{station.identity}/commands/rotate_password/")
    assert answer.status_code == 302
    assert Command.objects.get().payload == "{}"


def test_an_upgrade_that_cannot_be_says_why_at_its_field(console, station):
    factories.connect(station)
    Station.objects.filter(pk=station.pk).update(security_profile=2)
    answer = console.post(
        f"/console/stations/{station.identity}/commands/upgrade_security_profile/", {"security_profile": 3}
    )
    assert "needs a client certificate" in answer.content.decode()
    assert not Command.objects.exists()


def test_a_station_that_keeps_its_old_password_or_profile_is_told_of(console, station):
    Station.objects.filter(pk=station.pk).update(password_hash="new", previous_password_hash="old")
    now = timezone.now()
    ProfileUpgrade.objects.create(
        station=station, profile=2, state=ProfileUpgrade.State.ACCEPTED, started_at=now, fell_back_at=now
    )
    shown = page(console, station, "security/")
    assert "has not come with it yet" in shown
    assert "came back with its former one" in shown
