"""What is odd about a session: clocks, ends that never come, gaps, units."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.domain.anomalies import (
    Anomaly,
    Moment,
    Told,
    Vigil,
    begin_is_missing,
    believed,
    has_gaps,
    is_displaced,
    is_forgotten,
    kwh_by_power,
    merged,
    meter_may_count_kwh,
    span,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
times = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@pytest.mark.parametrize("said", [NOW, NOW - timedelta(days=400), NOW + timedelta(hours=14)])
def test_a_time_that_can_be_is_believed(said):
    assert believed(said, NOW) == Moment(said)


@pytest.mark.parametrize(
    "said", [datetime(1970, 1, 1, 0, 3, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC), NOW + 48 * HOUR]
)
def test_a_time_that_cannot_be_is_replaced_and_kept(said):
    assert believed(said, NOW) == Moment(NOW, said)


@given(times, times, times, times)
def test_a_session_never_ends_before_it_began(started, ended, start_heard, end_heard):
    found = span(started_at=started, ended_at=ended, start_received_at=start_heard, end_received_at=end_heard)
    assert found.ended_at >= found.started_at
    assert found.is_odd == (ended < started)


def test_a_clock_set_back_during_a_session_leaves_its_length():
    fast = span(started_at=NOW + HOUR, ended_at=NOW + HOUR / 2, start_received_at=NOW, end_received_at=NOW + HOUR / 2)
    assert fast.ended_at - fast.started_at == HOUR / 2
    slow = span(started_at=NOW, ended_at=NOW - HOUR / 2, start_received_at=NOW, end_received_at=NOW + HOUR / 2)
    assert slow.ended_at - slow.started_at == HOUR / 2


@pytest.mark.parametrize(
    ("vigil", "forgotten"),
    [
        (Vigil(last_sign_at=NOW - 5 * HOUR), False),
        (Vigil(last_sign_at=NOW - HOUR, free_since=NOW - timedelta(minutes=11)), True),
        (Vigil(last_sign_at=NOW - HOUR, free_since=NOW - timedelta(minutes=9)), False),
        # It says Available again every few minutes.
        (Vigil(last_sign_at=NOW - 3 * HOUR, free_since=NOW - timedelta(minutes=1)), True),
        # It was metered after the connector said Available: it still runs.
        (Vigil(last_sign_at=NOW - timedelta(minutes=5), free_since=NOW - HOUR), False),
        (Vigil(last_sign_at=NOW - HOUR, free_since=NOW - timedelta(minutes=20), has_events=True), False),
        (Vigil(last_sign_at=NOW - 2 * HOUR, free_since=NOW - HOUR, has_events=True), True),
        (
            Vigil(
                last_sign_at=NOW - HOUR,
                free_since=NOW - timedelta(minutes=3),
                booted_at=NOW - timedelta(minutes=3),
            ),
            True,
        ),
        (Vigil(last_sign_at=NOW - timedelta(days=4), offline_since=NOW - timedelta(days=2)), False),
        (Vigil(last_sign_at=NOW - timedelta(days=4), offline_since=NOW - timedelta(days=4)), True),
        # Offline, its connector's last word counts for nothing.
        (
            Vigil(
                last_sign_at=NOW - HOUR,
                free_since=NOW - timedelta(minutes=30),
                offline_since=NOW - timedelta(minutes=20),
            ),
            False,
        ),
    ],
)
def test_a_session_is_forgotten_when_its_connector_is_free_or_its_station_gone(vigil, forgotten):
    assert is_forgotten(vigil, NOW) is forgotten


def test_a_later_start_displaces_a_session_but_not_one_that_was_heard_of_since():
    assert is_displaced(began_at=NOW, last_sign_at=NOW + HOUR, next_began_at=NOW + 2 * HOUR)
    assert not is_displaced(began_at=NOW, last_sign_at=NOW + 3 * HOUR, next_began_at=NOW + 2 * HOUR)
    assert not is_displaced(began_at=NOW, last_sign_at=NOW, next_began_at=NOW - HOUR)


@pytest.mark.parametrize(
    ("seq_nos", "has_started", "gaps"),
    [
        ([0, 1, 2], True, False),
        ([0, 2], True, True),
        ([1, 2], False, True),
        ([7, 8, 9], True, False),
        ([], False, False),
    ],
)
def test_gaps_between_events_are_noticed(seq_nos, has_started, gaps):
    assert has_gaps(seq_nos, has_started=has_started) is gaps


def readings(registers, power_w):
    return [Told(NOW + n * timedelta(minutes=10), wh, power_w) for n, wh in enumerate(registers)]


def test_a_register_in_kwh_shows_by_the_power_that_flowed():
    assert kwh_by_power(readings([100.0, 101.83, 103.67, 105.5], 11_000)) == (100_000, 105_500)
    assert kwh_by_power(readings([100, 102, 104, 105], 11_000)) == (100_000, 105_000)


@pytest.mark.parametrize(
    "told",
    [
        readings([100_000, 101_833, 103_667], 11_000),
        readings([100.0, 101.8, 103.6], None),
        readings([100.0, 100.0, 100.0], 11_000),
        readings([100.0], 11_000),
        [],
    ],
)
def test_without_a_sign_of_kwh_the_register_is_as_told(told):
    assert kwh_by_power(told) is None


def test_a_clock_that_was_set_by_an_hour_makes_no_kwh_of_a_few_wh():
    seconds = [Told(NOW + timedelta(seconds=n), 100.0 + n, 11_000) for n in range(8)]
    later = [Told(reading.at + HOUR, reading.energy_wh + 8, 11_000) for reading in seconds]
    assert kwh_by_power([*seconds, *later]) is None


def test_one_tiny_session_is_a_driver_who_left_and_five_are_a_meter():
    tiny, usual = (20, HOUR), (20_000, HOUR)
    assert meter_may_count_kwh([tiny] * 5)
    assert not meter_may_count_kwh([tiny] * 4)
    assert not meter_may_count_kwh([tiny] * 4 + [usual])


def test_a_first_reading_long_after_the_start_is_no_begin_reading():
    assert begin_is_missing(started_at=NOW, start_read_at=NOW + HOUR)
    assert not begin_is_missing(started_at=NOW, start_read_at=NOW)
    assert not begin_is_missing(started_at=NOW, start_read_at=None)


def test_codes_are_kept_once_and_in_order():
    codes = merged(["wrong_clock", "of_a_later_version"], [Anomaly.UNKNOWN_STOP, Anomaly.WRONG_CLOCK])
    assert codes == ["unknown_stop", "wrong_clock", "of_a_later_version"]
    assert merged(codes, [], gone=[Anomaly.WRONG_CLOCK]) == ["unknown_stop", "of_a_later_version"]
