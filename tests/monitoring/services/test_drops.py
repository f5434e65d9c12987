"""Whose fault lost connections were, out of the rows that the edge leaves."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from monitoring.domain.attribution import Culprit
from monitoring.models import Drop, ProviderRange, StationLink
from monitoring.selectors.links import causes_of
from monitoring.services import drops
from monitoring.services.comings import Coming
from monitoring.services.drops import Boot
from stations.domain.commands import CommandState
from stations.domain.partings import Parting
from tests import factories

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def crowd(organization):
    """`crowd(3, "203.0.113.7")`: so many stations of a new site, connected since ten from that address."""

    def make(count, address, **process):
        site = factories.SiteFactory(organization=organization)
        stations = factories.StationFactory.create_batch(count, site=site)
        for station in stations:
            connected(station, address, NOON - timedelta(hours=2))
        return stations

    return make


def connected(station, address, at):
    process = factories.EdgeProcessFactory(lease_until=timezone.now() + timedelta(days=9999))
    station.connection = factories.ConnectionFactory(
        station=station, process=process, remote_address=address, opened_at=at, last_seen=at
    )
    station.save()
    drops.note([Coming(station.pk, station.connection_id, at, is_back=True)])


def lose(*stations, at=NOON, parting=Parting.SILENT):
    for number, station in enumerate(stations):
        connection = station.connection
        connection.closed_at, connection.close_reason = at + timedelta(seconds=5 * number), parting
        connection.save()
        station.connection = None
        station.save()
        drops.note([Coming(station.pk, connection.pk, connection.last_seen, is_back=False)])


def culprits():
    drops.judge(now=LATER)
    return set(Drop.objects.values_list("culprit", flat=True))


def test_all_behind_one_address_at_once_is_the_router(crowd):
    lose(*crowd(3, "203.0.113.7"))
    crowd(2, "198.51.100.1")
    assert culprits() == {Culprit.ROUTER}
    assert Drop.objects.values_list("cause", flat=True).distinct().get().startswith("modem:")
    assert set(Drop.objects.values_list("lost", "stood")) == {(3, 0)}


def test_one_of_three_is_the_charger(crowd):
    lose(crowd(3, "203.0.113.7")[0])
    assert culprits() == {Culprit.CHARGER}
    assert Drop.objects.get().cause == ""


def test_two_sites_of_one_provider_at_once_are_the_provider(crowd, organization):
    ProviderRange.objects.create(organization=organization, pattern="203.0.113.0/24", name="Fibre")
    lose(*crowd(2, "203.0.113.7"), *crowd(2, "203.0.113.8"))
    crowd(5, "8.8.8.8")
    assert culprits() == {Culprit.PROVIDER}
    assert set(Drop.objects.values_list("cause", flat=True)) == {"provider:Fibre"}


def test_a_process_that_died_is_us_however_its_chargers_came_back(crowd):
    first, second = crowd(2, "203.0.113.7")
    process = first.connection.process
    process.lease_until = NOON - timedelta(seconds=5)
    process.save()
    lose(first, parting=Parting.SUPERSEDED)
    lose(second, parting=Parting.PROCESS_DIED)
    assert culprits() == {Culprit.US}


def test_a_restart_of_ours_clears_the_router(crowd):
    stations = crowd(3, "203.0.113.7")
    lose(*stations[:2], parting=Parting.OURS)
    lose(stations[2])
    drops.judge(now=LATER)
    assert sorted(Drop.objects.values_list("culprit", flat=True)) == [Culprit.UNCLEAR, Culprit.US, Culprit.US]


def test_whom_we_reset_was_told_to_go(crowd):
    station = crowd(2, "203.0.113.7")[0]
    factories.CommandFactory(
        station=station, kind="reset", state=CommandState.ACCEPTED, sent_at=NOON - timedelta(minutes=1)
    )
    lose(station)
    assert culprits() == {Culprit.ASKED}


def test_a_power_cut_is_known_by_the_boots_after_it(crowd):
    stations = crowd(3, "203.0.113.7")
    lose(*stations)
    assert culprits() == {Culprit.ROUTER}
    for station in stations:
        drops.note_boots([Boot(station.pk, NOON + timedelta(minutes=2), "PowerUp")])
    assert culprits() == {Culprit.POWER}


def test_a_power_cut_of_hours_is_known_too_and_the_first_back_is_judged_with_the_others(crowd):
    stations = crowd(3, "203.0.113.7")
    lose(*stations)
    for station in stations:
        drops.note_boots([Boot(station.pk, NOON + timedelta(hours=5), "PowerUp")])
        drops.judge(now=NOON + timedelta(hours=5))
    assert culprits() == {Culprit.POWER}


def test_nothing_is_judged_before_the_neighbours_fate_is_known(crowd):
    lose(*crowd(1, "203.0.113.7"))
    assert drops.judge(now=NOON + timedelta(seconds=30)) == 0


def test_a_drop_told_twice_is_one(crowd):
    station = crowd(1, "203.0.113.7")[0]
    connection = station.connection_id
    lose(station)
    drops.note([Coming(station.pk, connection, NOON, is_back=False)])
    assert Drop.objects.count() == 1


def test_the_return_ends_it_and_names_the_line(crowd):
    station = crowd(1, "203.0.113.7")[0]
    lose(station)
    connected(station, "203.0.113.9", NOON + timedelta(minutes=3))
    assert Drop.objects.get().back_at == NOON + timedelta(minutes=3)
    assert StationLink.objects.get(station=station).line == "203.0.113.9"


def test_another_organizations_chargers_are_no_neighbours(crowd, elsewhere):
    station = crowd(1, "203.0.113.7")[0]
    elsewhere.station.site_id = station.site_id + 1000
    lose(station)
    assert culprits() == {Culprit.UNCLEAR}


def test_the_queries_do_not_grow_with_the_drops(crowd, django_assert_max_num_queries):
    lose(*crowd(12, "203.0.113.7"))
    with django_assert_max_num_queries(14):
        drops.judge(now=LATER)


def test_alerts_are_told_what_they_share(crowd):
    stations = crowd(3, "203.0.113.7")
    lose(*stations)
    drops.judge(now=LATER)
    found = causes_of(station_ids=[station.pk for station in stations], since=NOON - timedelta(minutes=1))
    assert len(found) == 3
    assert len(set(found.values())) == 1


def test_old_drops_are_pruned(crowd):
    lose(*crowd(2, "203.0.113.7"))
    assert drops.prune(older_than=LATER) == 2
