"""Links by the day."""

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.models import Drop, LinkDay, OfflineSpell, StationLink
from monitoring.services import link_days
from stations.models import LinkHour, Variable
from tests import factories

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def known(station):
    """A station connected since ten days, from Fibre's address."""
    station.connection = factories.ConnectionFactory(
        station=station, opened_at=NOON - timedelta(days=10), remote_address="8.8.8.8"
    )
    station.save()
    return station


def drop(station, culprit, *, at=NOON - timedelta(hours=2), number=1):
    return Drop.objects.create(
        organization=station.site.organization,
        station=station,
        connection=number,
        at=at,
        heard_at=at,
        opened_at=at,
        culprit=culprit,
    )


def test_a_quiet_day_is_a_hundred(known):
    assert link_days.refresh(now=NOON) == 1
    day = LinkDay.objects.get(station=known)
    assert (day.connected, day.score) == (1, 100)
    link = StationLink.objects.get(station=known)
    assert (link.score, link.rank, link.provider) == (100, 100, "8.8.0.0/16")


def test_a_station_that_never_came_has_no_score(station):
    link_days.refresh(now=NOON)
    link = StationLink.objects.get(station=station)
    assert (link.score, link.rank) == (None, link_days.UNRANKED)


def test_pings_and_messages_are_means_over_all_of_them(known):
    for hours, pings, rtt in ((1, 10, 1000.0), (2, 30, 9000.0)):
        LinkHour.objects.create(
            station=known,
            hour=NOON - timedelta(hours=hours),
            pings=pings,
            rtt_sum_ms=rtt,
            rtt_max_ms=rtt / 2,
            messages=2,
            delay_sum_ms=100,
            queued=1,
        )
    link_days.refresh(now=NOON)
    day = LinkDay.objects.get()
    assert (day.rtt_ms, day.rtt_max_ms, day.delay_ms, day.queued) == (250, 4500, 50, 2)


def test_what_was_our_doing_costs_nothing(known):
    at = NOON - timedelta(hours=2)
    drop(known, "us", at=at)
    OfflineSpell.objects.create(station=known, started_at=at, ended_at=at + timedelta(hours=1))
    link_days.refresh(now=NOON)
    day = LinkDay.objects.get()
    assert (day.drops, day.drops_ours, day.connected, day.score) == (0, 1, 1, 100)


def test_what_was_theirs_does(known):
    at = NOON - timedelta(hours=2)
    drop(known, "charger", at=at)
    OfflineSpell.objects.create(station=known, started_at=at, ended_at=at + timedelta(hours=1))
    link_days.refresh(now=NOON)
    day = LinkDay.objects.get()
    assert (day.drops, day.connected) == (1, pytest.approx(11 / 12))
    assert day.score == 57


def test_it_is_the_same_when_made_twice(known):
    drop(known, "router")
    link_days.refresh(now=NOON)
    before = LinkDay.objects.values().get()
    link_days.refresh(now=NOON)
    assert LinkDay.objects.values().get() == before


def test_answers_and_signal_are_taken_in(known):
    factories.CommandFactory(
        station=known,
        state="accepted",
        requested_at=NOON - timedelta(hours=1),
        sent_at=NOON - timedelta(hours=1),
        finished_at=NOON - timedelta(hours=1) + timedelta(milliseconds=400),
    )
    Variable.objects.create(station=known, name="SignalStrength", value="-77", reported_at=NOON)
    link_days.refresh(now=NOON)
    link = StationLink.objects.get()
    assert (round(link.answer_ms), link.signal_dbm) == (400, -77)


def test_the_day_before_is_finished_just_after_midnight(known):
    link_days.refresh(now=NOON.replace(hour=0, minute=30))
    assert [day.day.day for day in LinkDay.objects.order_by("day")] == [28, 1]


def test_old_days_are_pruned(known):
    link_days.refresh(now=NOON)
    assert link_days.prune(older_than=NOON + timedelta(days=1)) == 1
