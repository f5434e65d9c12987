"""What was delivered lately: roll-ups, and what is not in them yet."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from stations.selectors import energy
from stations.services import rollups
from tests import factories

NOON = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
MIDNIGHT = NOON.replace(hour=0, minute=0)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def charged(station):
    """`charged(since, until, Wh)` is a session on the station's EVSE, in the roll-ups."""

    def made(since, until, energy_wh, *, at=None, is_rolled_up=True):
        evse = at or station.evses.get()
        session = factories.SessionFactory(
            station=evse.station, evse=evse, started_at=since, ended_at=until, energy_wh=energy_wh
        )
        if is_rolled_up:
            rollups.refresh([session.pk])
        return session

    return made


def today(viewer):
    return energy.within(energy.quarters(viewer, since=MIDNIGHT), MIDNIGHT)


def test_a_session_over_midnight_counts_by_what_flowed_since(owner, charged):
    charged(MIDNIGHT - HOUR, MIDNIGHT + HOUR, 8000)
    assert today(owner).energy_wh == 4000
    assert today(owner).sessions == 0


def test_what_no_roll_up_has_yet_counts(owner, charged):
    session = charged(NOON - 2 * HOUR, None, 5000)
    session.energy_wh = 5600
    session.save()
    rollups.note([session.pk])
    assert today(owner).energy_wh == 5600
    assert today(owner).sessions == 1


def test_a_session_that_no_roll_up_knows_counts(owner, charged):
    session = charged(NOON - timedelta(minutes=1), None, 300, is_rolled_up=False)
    rollups.note([session.pk])
    assert (today(owner).energy_wh, today(owner).sessions) == (300, 1)


def test_what_was_noted_and_rolled_up_counts_once(owner, charged):
    rollups.note([charged(NOON - 2 * HOUR, NOON - HOUR, 5000).pk])
    assert (today(owner).energy_wh, today(owner).sessions) == (5000, 1)


def test_what_was_over_long_ago_and_is_only_told_now_is_not_of_today(owner, charged):
    rollups.note([charged(NOON - 50 * HOUR, NOON - 48 * HOUR, 5000, is_rolled_up=False).pk])
    assert (today(owner).energy_wh, today(owner).sessions) == (0, 0)


def test_hours_stand_there_without_a_session_too(owner, charged):
    charged(NOON.replace(hour=8, minute=0), NOON.replace(hour=9, minute=30), 9000)
    hours = energy.hourly(energy.last_day(owner))
    assert len(hours) == 24
    assert hours[-1].start == NOON.replace(minute=0)
    assert [(hour.start.hour, hour.energy_wh) for hour in hours if hour.energy_wh] == [(8, 6000), (9, 3000)]


def test_nothing_of_others_is_counted(owner, charged, elsewhere):
    session = charged(NOON - HOUR, None, 7000, at=elsewhere.station.evses.get())
    session.energy_wh = 9000
    session.save()
    rollups.note([session.pk])
    assert today(owner).energy_wh == 0


def test_a_site_s_day_begins_at_its_own_midnight(owner, site, charged):
    site.timezone = "America/New_York"
    site.save()
    charged(MIDNIGHT + 4 * HOUR, MIDNIGHT + 6 * HOUR, 8000)
    assert energy.energy_today_wh(owner, site) == 4000


def test_today_begins_at_each_site_s_own_midnight(owner, site, charged):
    charged(MIDNIGHT - HOUR, MIDNIGHT + HOUR, 8000)
    west = factories.ConnectorFactory(
        evse__station__site__organization=site.organization, evse__station__site__timezone="America/New_York"
    )
    charged(MIDNIGHT + 4 * HOUR, MIDNIGHT + 6 * HOUR, 2000, at=west.evse)
    day = energy.last_day(owner)
    assert energy.so_far(day) == 4000 + 1000
    assert energy.first_midnight(day) == MIDNIGHT


def test_a_week_ago_counts_until_the_same_time_of_day(owner, charged):
    charged(NOON - timedelta(days=7, hours=1), NOON - timedelta(days=7) + HOUR, 8000)
    charged(NOON - timedelta(days=7, hours=14), NOON - timedelta(days=7, hours=13), 7000)
    before = energy.week_before(owner)
    assert energy.so_far(before, days_ago=7) == 4000
    with time_machine.travel(NOON + timedelta(minutes=5), tick=False):
        assert energy.so_far(before, days_ago=7) == round(4000 + 1000 * 5 / 15)


def test_what_flows_now_counts_though_its_quarter_is_not_over(owner, charged):
    session = charged(NOON + timedelta(minutes=1), None, 300, is_rolled_up=False)
    rollups.note([session.pk])
    assert energy.so_far(energy.last_day(owner)) == 300


def test_of_another_site_nothing_is_told(owner, elsewhere, charged):
    charged(NOON - HOUR, NOON, 7000, at=elsewhere.station.evses.get())
    assert energy.energy_today_wh(owner, elsewhere.site) == 0
