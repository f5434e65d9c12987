"""Figures of links by the hour."""

from datetime import UTC, datetime, timedelta

import pytest

from stations.links import Measured
from stations.models import LinkHour
from stations.services import links

NOW = datetime(2026, 3, 1, 12, 34, tzinfo=UTC)


def measured(**figures):
    return Measured(**{"pings": 3, "rtt_sum_ms": 300.0, "rtt_max_ms": 150.0, **figures})


def test_two_flushes_of_an_hour_add_up(station):
    links.store(measured={station.pk: measured()}, now=NOW)
    links.store(measured={station.pk: measured(rtt_max_ms=90.0, lost=1)}, now=NOW + timedelta(minutes=5))
    row = LinkHour.objects.get()
    assert (row.hour, row.pings, row.lost) == (NOW.replace(minute=0), 6, 1)
    assert (row.rtt_sum_ms, row.rtt_max_ms) == (600.0, 150.0)


def test_each_hour_has_its_row(station):
    for hours in (0, 1):
        links.store(measured={station.pk: measured()}, now=NOW + timedelta(hours=hours))
    assert LinkHour.objects.count() == 2


def test_a_station_that_is_gone_keeps_nobody_from_being_written(station):
    links.store(measured={station.pk: measured(), station.pk + 999: measured()}, now=NOW)
    assert list(LinkHour.objects.values_list("station", flat=True)) == [station.pk]


def test_a_flush_of_many_is_two_queries_for_each_five_hundred(station, django_assert_max_num_queries):
    if links.database.vendor != "postgresql":
        pytest.skip("SQLite has few chargers.")
    with django_assert_max_num_queries(4):
        links.store(measured={pk: measured() for pk in range(station.pk, station.pk + 500)}, now=NOW)


def test_old_hours_are_pruned(station):
    for days in (0, 100):
        links.store(measured={station.pk: measured()}, now=NOW - timedelta(days=days))
    assert links.prune(older_than=NOW - timedelta(days=90)) == 1
    assert LinkHour.objects.get().hour == NOW.replace(minute=0)
