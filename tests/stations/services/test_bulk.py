"""Commands to many stations: made in chunks, once, and stopped."""

import pytest
from django.db import IntegrityError, transaction

from stations.domain.bulk import Obstacle
from stations.domain.commands import CommandKind, CommandState
from stations.models import BulkCommand, Command, Fact
from stations.services import bulk, commands
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(site, operator):
    """`made(stations, …)`: a bulk command of the operator that has begun."""

    def make(stations, kind=CommandKind.CLEAR_CACHE, values=None, **how):
        draft = bulk.draft(
            organization=site.organization, stations=[station.pk for station in stations], requested_by=operator
        )
        worded = bulk.word(bulk=draft, kind=kind, values=values or {}, **{"wait_s": 3600, **how})
        assert bulk.start(bulk=worded, ticked=True, counted=worded.total)
        return BulkCommand.objects.get(pk=worded.pk)

    return make


@pytest.fixture
def stations(site):
    return factories.StationFactory.create_batch(5, site=site)


def _all():
    return sum(iter(bulk.make_next, 0))


def test_each_station_gets_one_command_in_chunks(made, stations, monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 2)
    asked = made(stations)
    assert [bulk.make_next() for _ in range(4)] == [2, 2, 1, 0]
    rows = Command.objects.filter(bulk=asked).order_by("id")
    assert [row.station_id for row in rows] == [station.pk for station in stations]
    assert {row.state for row in rows} == {CommandState.QUEUED}


def test_one_that_died_midway_goes_on_where_it_left_off(made, stations, monkeypatch):
    """The chunk that was being made is not there, the ones before are, and none is made twice."""
    monkeypatch.setattr(bulk, "CHUNK", 2)
    made(stations)
    bulk.make_next()
    written = commands.written

    def die(*arguments):
        written(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "written", die)
    with pytest.raises(KeyboardInterrupt):
        bulk.make_next()
    monkeypatch.setattr(commands, "written", written)
    assert Command.objects.count() == 2
    assert _all() == 3
    assert Command.objects.count() == 5


def test_the_database_refuses_a_second_command_for_a_station(made, stations):
    asked = made(stations)
    _all()
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.CommandFactory(station=stations[0], bulk=asked)


def test_it_begins_once(made, stations):
    asked = made(stations)
    assert not bulk.start(bulk=asked, ticked=True, counted=5)


def test_restarts_are_spread_over_the_time_that_was_given(made, stations):
    asked = made(stations, CommandKind.RESET, {"type": "soft"}, spread_s=400)
    _all()
    after = [(row.not_before - asked.started_at).total_seconds() for row in Command.objects.order_by("id")]
    assert after == [0, 100, 200, 300, 400]


def test_what_was_not_sent_is_stopped_and_the_rest_is_not_made(made, stations, operator, monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 2)
    asked = made(stations)
    bulk.make_next()
    Command.objects.filter(station=stations[0]).update(state=CommandState.SENT)
    assert bulk.stop(bulk=asked, stopped_by=operator) == 1
    assert _all() == 3
    states = dict(Command.objects.values_list("station", "state"))
    assert states.pop(stations[0].pk) == CommandState.SENT
    assert set(states.values()) == {CommandState.WITHDRAWN}
    assert Fact.objects.filter(kind="command.finished").count() == 1


def test_a_station_that_is_away_and_not_waited_for_is_told_nothing(made, stations):
    factories.connect(stations[0])
    made(stations[:2], wait_s=0)
    _all()
    told, away = stations[0].commands.get(), stations[1].commands.get()
    assert (told.state, away.state) == (CommandState.QUEUED, CommandState.EXPIRED)
    assert away.error_code == Obstacle.NOT_CONNECTED


def test_each_version_is_asked_in_its_own_words(made, site):
    older = factories.StationFactory(site=site, protocol="ocpp1.6")
    newer = factories.StationFactory(site=site, protocol="ocpp2.0.1")
    only_16 = [{"name": "HeartbeatInterval", "value": "60"}, {"name": "ClockAlignedDataInterval", "value": "900"}]
    made([older, newer], CommandKind.SET_VARIABLES, {"variables": only_16})
    _all()
    # OCPP 1.6 changes one key with each CALL.
    assert [row.values["variables"][0]["name"] for row in older.commands.order_by("id")] == [
        "HeartbeatInterval",
        "ClockAlignedDataInterval",
    ]
    assert newer.commands.get().error_code == Obstacle.NO_VARIABLE


def test_who_lost_the_right_meanwhile_sends_nothing(made, stations, operator):
    made(stations)
    operator.memberships.all().delete()
    _all()
    assert set(Command.objects.values_list("error_code", flat=True)) == {Obstacle.FORBIDDEN}


def test_a_site_where_one_may_not_command_is_left_out(made, stations, operator, organization):
    other = factories.SiteFactory(organization=organization)
    operator.memberships.get().site_scopes.create(site=other)
    stations[0].site = other
    stations[0].save()
    made(stations)
    _all()
    assert [row.station for row in Command.objects.filter(error_code="")] == [stations[0]]


def test_a_station_that_is_gone_is_passed_over(made, stations):
    asked = made(stations)
    stations[2].delete()
    _all()
    assert Command.objects.filter(bulk=asked).count() == 4


def test_what_was_out_of_service_before_is_not_brought_back_by_an_undo(made, stations, operator):
    off, on = stations[:2]
    factories.ConnectorFactory(evse__station=off, status="unavailable")
    factories.ConnectorFactory(evse__station=on)
    asked = made([off, on], CommandKind.CHANGE_AVAILABILITY, {"operative": False})
    _all()
    Command.objects.update(state=CommandState.ACCEPTED)
    back = bulk.undo(bulk=asked, requested_by=operator)
    assert (back.station_ids, back.values) == ([on.pk], {"operative": True})


def test_drafts_nobody_came_back_to_are_forgotten(made, stations, site, operator):
    begun = made(stations)
    bulk.draft(organization=site.organization, stations=[stations[0].pk], requested_by=operator)
    BulkCommand.objects.update(created_at="2026-01-01T00:00Z")
    bulk.prune(older_than=begun.created_at)
    assert [row.pk for row in BulkCommand.objects.all()] == [begun.pk]
