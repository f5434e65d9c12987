"""Stations that are away, and what the probe finds instead."""

from datetime import timedelta

import pytest

from monitoring.models import Severity
from stations.domain.commands import CommandKind, CommandState
from stations.domain.firmware import FirmwareState
from tests import factories
from tests.monitoring.alert_rows import NOON, at, found


@pytest.fixture
def edge(db):
    """A process that has taken connections since long ago."""
    return factories.EdgeProcessFactory(started_at=NOON - timedelta(days=1), lease_until=at(600))


@pytest.fixture
def away(station, edge):
    """Last seen at noon; another station of its site is connected."""
    station.last_seen = NOON
    station.save()
    neighbour = factories.StationFactory(site=station.site, last_seen=at(5))
    factories.connect(neighbour)
    return station


def offline(minutes, **thresholds):
    return [finding.station_id for finding in found("offline", now=at(minutes), **thresholds)]


def test_it_is_offline_after_a_while(away):
    assert offline(2.9) == []
    (finding,) = found("offline", now=at(3))
    assert (finding.station_id, finding.began_at, finding.severity) == (away.pk, NOON, None)


def test_a_station_that_never_came_is_not_missed(station, edge):
    assert offline(100) == []


def test_nothing_is_said_while_nothing_of_ours_takes_connections(away, edge):
    edge.__class__.objects.all().update(lease_until=NOON)
    assert offline(10) == []


def test_stations_get_time_to_come_back_after_we_were_away(away, edge):
    edge.__class__.objects.all().update(started_at=at(8), lease_until=at(60))
    assert offline(10) == []
    assert offline(11) == [away.pk]


def test_a_socket_that_a_living_process_holds_is_one(away, edge):
    factories.ConnectionFactory(station=away, process=edge, closed_at=None)
    assert offline(10) == []


@pytest.mark.parametrize("state", [CommandState.ACCEPTED, CommandState.UNKNOWN])
def test_a_restart_that_was_asked_for_gets_more_time(away, state):
    factories.CommandFactory(station=away, kind=CommandKind.RESET, state=state, sent_at=NOON)
    assert offline(9) == []
    assert offline(10) == [away.pk]


def test_a_station_that_installs_firmware_is_away_for_a_reason(away):
    factories.FirmwareUpdateFactory(station=away, state=FirmwareState.INSTALLING, last_status_at=NOON)
    assert offline(30) == []
    assert offline(61) == [away.pk]


def test_a_site_without_any_station_is_critical(away):
    away.site.stations.update(connection=None, last_seen=NOON)
    assert {finding.severity for finding in found("offline", now=at(5))} == {Severity.CRITICAL}
