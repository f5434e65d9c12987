"""When a port is silent for too long."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.habits import LOOKBACK, Silence, ghost, habit_of

NOW = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
BERLIN = ZoneInfo("Europe/Berlin")


def habit(*, hours=(8, 12, 17), weeks=8, zone=UTC):
    starts = [NOW - timedelta(days=day) + timedelta(hours=hour) for day in range(1, weeks * 7 + 1) for hour in hours]
    return habit_of(starts, since=NOW - LOOKBACK, until=NOW, zone=zone)


def silence(gaps, *, neighbours=20, usual=20.0):
    return Silence(NOW, gaps, neighbours, usual)


def test_a_habit_tells_the_usual_gap():
    assert habit().usual_gap == pytest.approx(timedelta(hours=8), abs=timedelta(minutes=5))


def test_a_night_is_no_silence_where_nobody_charges_at_night():
    usual = habit()
    assert usual.expected(NOW, NOW + timedelta(hours=8), UTC) == 0
    assert usual.expected(NOW, NOW + timedelta(days=1), UTC) == pytest.approx(3, rel=0.02)


def test_hours_are_those_of_the_sites_clock():
    usual = habit(zone=BERLIN)
    assert usual.by_hour[8:10] == (0, 56)


def test_a_port_silent_for_many_gaps_beside_busy_neighbours_is_a_ghost():
    assert ghost(silence(6), habit())
    assert not ghost(silence(5.9), habit())


def test_where_all_are_silent_no_port_is_a_ghost():
    assert not ghost(silence(20, neighbours=2), habit())
    assert not ghost(silence(20, neighbours=9, usual=20.0), habit())


def test_of_a_port_with_little_history_nothing_is_said():
    assert not ghost(silence(20), habit(weeks=2))
    assert not ghost(silence(20), habit_of([], since=NOW - LOOKBACK, until=NOW, zone=UTC))


@given(st.integers(0, 500), st.integers(0, 500))
def test_what_is_expected_adds_up(first, second):
    usual, middle = habit(), NOW + timedelta(hours=first)
    end = middle + timedelta(hours=second)
    parts = usual.expected(NOW, middle, BERLIN) + usual.expected(middle, end, BERLIN)
    assert parts == pytest.approx(usual.expected(NOW, end, BERLIN))
