"""What a station's list should hold, and what is done about what it lacks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations.domain.commands import CommandState
from stations.models import Command, LocalList, Variable
from stations.ocpp.v16 import local_list as v16
from stations.ocpp.v201 import local_list as v201
from stations.services import local_lists, tokens
from tests import factories


@pytest.fixture
def listed(station, organization):
    """The station's list holds all tokens; nothing was sent yet."""
    factories.connect(station)
    return local_lists.configure(station=station, covers="tokens")


def keys(row):
    return sorted(local_lists.wanted(row, at=timezone.now()))


def test_a_prepaid_token_is_left_out_since_its_balance_has_to_be_asked_for(listed, organization, id_token):
    factories.IdTokenFactory(organization=organization, value="PREPAID", prepaid_balance=3)
    assert keys(listed) == [id_token.value.lower()]


def test_a_list_is_no_longer_than_the_station_has_room_for(listed, station, organization):
    factories.IdTokenFactory.create_batch(5, organization=organization)
    Variable.objects.create(station=station, name="LocalAuthListMaxLength", value="3", reported_at=timezone.now())
    assert len(keys(listed)) == 3


def test_what_the_organization_knows_goes_before_what_was_chosen(station, id_token):
    tokens.block(token=id_token)
    chosen = [local_lists.Chosen(id_token.value), local_lists.Chosen("OTHER", status="Invalid")]
    row = local_lists.configure(station=station, covers="chosen", chosen=chosen)
    held = {entry.id_token: entry.status for entry in local_lists.wanted(row, at=timezone.now()).values()}
    assert held == {id_token.value: "Blocked", "OTHER": "Invalid"}


def test_the_sweep_asks_for_one_message_at_a_time(listed):
    local_lists.sync()
    local_lists.sync()
    assert Command.objects.filter(kind="send_local_list").count() == 1


def test_a_message_that_was_not_answered_is_sent_again_later(listed):
    now = timezone.now()
    local_lists.sync(now=now)
    Command.objects.update(state=CommandState.TIMEOUT, error="No answer came in time.")
    local_lists.sync(now=now)
    assert Command.objects.count() == 1
    assert LocalList.objects.get().problem == "No answer came in time."
    local_lists.sync(now=now + timedelta(minutes=6))
    assert Command.objects.count() == 2


def test_a_station_that_knows_no_lists_is_left_alone(listed):
    now = timezone.now()
    local_lists.sync(now=now)
    Command.objects.update(state=CommandState.FAILED, error_code="NotImplemented", error="Unknown action.")
    for hours in range(3):
        local_lists.sync(now=now + timedelta(hours=hours))
    assert Command.objects.count() == 1
    assert LocalList.objects.get().is_supported is False


def test_it_is_asked_once_more_when_somebody_says_anew_what_it_should_hold(listed, station):
    LocalList.objects.update(is_supported=False, due_at=None)
    local_lists.configure(station=station, covers="tokens")
    local_lists.sync()
    assert Command.objects.filter(kind="send_local_list").exists()


def test_a_station_is_asked_for_its_version_once_a_day(listed):
    LocalList.objects.update(reported_at=timezone.now(), due_at=None)
    assert local_lists.verify() == 0
    LocalList.objects.update(reported_at=timezone.now() - timedelta(hours=25))
    assert [local_lists.verify(), local_lists.verify()] == [1, 0]
    assert Command.objects.get().kind == "get_local_list_version"


def test_only_the_lists_that_a_token_stands_in_are_looked_at_again(site, organization):
    rows = {
        value: local_lists.configure(
            station=factories.StationFactory(site=site), covers="chosen", chosen=[local_lists.Chosen(value)]
        )
        for value in ("CARD-1", "CARD-2")
    }
    LocalList.objects.update(due_at=None)
    tokens.create(organization=organization, value="card-1")
    assert list(LocalList.objects.exclude(due_at=None)) == [rows["CARD-1"]]


def test_a_token_that_gets_another_value_leaves_the_lists_under_its_old_one(site, id_token):
    chosen = [local_lists.Chosen(id_token.value)]
    local_lists.configure(station=factories.StationFactory(site=site), covers="chosen", chosen=chosen)
    LocalList.objects.update(due_at=None)
    tokens.update(token=id_token, value="RENAMED")
    assert LocalList.objects.exclude(due_at=None).exists()


@pytest.mark.parametrize(("protocol", "version"), [("ocpp1.6", v16), ("ocpp2.0.1", v201), ("ocpp2.1", v201)])
def test_an_entry_is_heard_as_it_was_said(listed, organization, protocol, version):
    """Else a list would never be in step."""
    factories.IdTokenFactory(
        organization=organization,
        value="ALL",
        parent="FLEET",
        language="de",
        charging_priority=-1,
        expires_at=timezone.now() + timedelta(days=1),
    )
    listed.station.protocol = protocol
    for entry in local_lists.wanted(listed, at=timezone.now()).values():
        assert version.heard(version.said(entry)) == entry
