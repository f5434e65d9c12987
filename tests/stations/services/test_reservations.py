"""Reservations between their command and their end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations.domain.commands import CommandState
from stations.domain.parameters import InvalidParameters
from stations.domain.times import render
from stations.models import Command, Fact, Reservation
from stations.services import commands, reservations
from stations.services.work import Work
from tests import factories


@pytest.fixture
def values():
    return {"id_token": "CARD-1", "expires_at": render(timezone.now() + timedelta(hours=1))}


@pytest.fixture
def connected(station):
    factories.connect(station)
    return station


def state(row):
    return Reservation.objects.get(pk=row.pk).state


def test_a_place_gets_its_rows_number(connected, values):
    row = reservations.reserve(station=connected, values=values, requested_by=None)
    assert row.wire_id == row.pk


def test_a_number_that_a_raw_call_holds_here_is_not_given_out(connected, values):
    first = reservations.reserve(station=connected, values=values, requested_by=None)
    for ahead in range(1, 4):
        factories.ReservationFactory(station=connected, wire_id=first.pk + ahead + 3)
    row = reservations.reserve(station=connected, values=values, requested_by=None)
    assert row.wire_id == row.pk
    assert Reservation.objects.filter(station=connected, wire_id=row.pk).count() == 1


def test_a_number_of_ones_own_must_be_free(connected, values):
    factories.ReservationFactory(station=connected, wire_id=9)
    with pytest.raises(InvalidParameters, match="live"):
        reservations.reserve(station=connected, values=values | {"reservation_id": 9}, requested_by=None)


def test_a_number_of_ones_own_has_32_bits(connected, values):
    with pytest.raises(InvalidParameters, match="32 bits"):
        reservations.reserve(station=connected, values=values | {"reservation_id": 2**31}, requested_by=None)


def test_nothing_is_left_of_one_that_could_not_be_asked_for(station, values):
    with pytest.raises(commands.NotConnected):
        reservations.reserve(station=station, values=values, requested_by=None)
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("ending", [CommandState.FAILED, CommandState.EXPIRED])
def test_one_that_never_reached_the_charger_failed(connected, values, ending):
    row = reservations.reserve(station=connected, values=values, requested_by=None)
    Command.objects.update(state=ending)
    assert reservations.sweep() == 1
    assert state(row) == "failed"


def test_one_without_an_answer_may_be_held_until_its_time_is_over(connected, values):
    """A command that timed out may have been obeyed."""
    row = reservations.reserve(station=connected, values=values, requested_by=None)
    Command.objects.update(state=CommandState.TIMEOUT)
    assert reservations.sweep() == 0
    assert reservations.sweep(now=timezone.now() + timedelta(hours=2)) == 1
    assert state(row) == "expired"


def test_an_end_is_news_once(connected):
    row = factories.ReservationFactory(station=connected, expires_at=timezone.now())
    assert [reservations.sweep(), reservations.sweep()] == [1, 0]
    assert Fact.objects.filter(kind="reservation.expired", subject_id=row.pk).count() == 1


def test_texts_that_no_row_can_hold_are_cut():
    terms = reservations.Terms(id_token="A\0" + "x" * 300, evse_number=2**40, connector_type="y" * 30)
    columns = terms.columns()
    assert (len(columns["id_token"]), columns["evse_number"], len(columns["connector_type"])) == (255, None, 20)
    assert "\0" not in columns["id_token"]


def test_a_faulted_station_keeps_no_place_at_all(connected):
    rows = [factories.ReservationFactory(station=connected, evse_number=number) for number in (1, None)]
    with Work.transaction({connected.pk}, timezone.now()) as work:
        reservations.place_lost(work=work, station=work.stations[connected.pk], connector=None)
    assert [state(row) for row in rows] == ["removed", "removed"]


def test_a_faulted_connector_costs_only_its_own_place(connected):
    plug = connected.connectors.get()
    own = factories.ReservationFactory(station=connected, evse_number=plug.evse.number)
    other = factories.ReservationFactory(station=connected, evse_number=plug.evse.number + 1)
    anywhere = factories.ReservationFactory(station=connected)
    with Work.transaction({connected.pk}, timezone.now()) as work:
        reservations.place_lost(work=work, station=work.stations[connected.pk], connector=plug)
    assert [state(row) for row in (own, other, anywhere)] == ["removed", "accepted", "accepted"]
