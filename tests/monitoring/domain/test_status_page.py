"""What a status page says of counts and sums."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.status_page import Condition, Day, Points, add_up, availability_of, days_of
from monitoring.domain.uptime import Cause, Interval, State

BEGUN = datetime(2026, 3, 28, 22, tzinfo=UTC)
CAUSES = {State.UP: Cause.WORKING, State.DOWN: Cause.FAULT, State.UNKNOWN: Cause.OFFLINE}


@pytest.mark.parametrize(
    ("points", "condition"),
    [
        (Points(free=3, busy=1), Condition.ALL),
        (Points(free=9, out=1), Condition.MOST),
        (Points(free=9, unknown=1), Condition.MOST),
        (Points(free=5, out=3), Condition.SOME),
        (Points(out=3, unknown=1), Condition.NONE),
        (Points(unknown=4), Condition.UNKNOWN),
        (Points(), Condition.UNKNOWN),
    ],
)
def test_the_condition_of_points(points, condition):
    assert points.condition == condition


def test_days_without_data_are_there_and_have_none():
    today = date(2026, 5, 4)
    days = days_of(today, {today: Day(today, 100, 50, 25)})
    assert len(days) == 90
    assert days[0].shares is None
    assert days[-1].shares == (0.5, 0.25, 0.25)
    assert availability_of(days) == 50


def test_nothing_measured_is_no_figure():
    assert availability_of(days_of(date(2026, 5, 4), {})) is None


STRETCH = st.tuples(st.integers(1, 200_000), st.sampled_from(State))


@given(st.lists(STRETCH, max_size=20))
def test_days_divide_time_and_lose_no_second(stretches):
    at, intervals = BEGUN, []
    for seconds, state in stretches:
        intervals.append(Interval(at, at + timedelta(seconds=seconds), state, CAUSES[state]))
        at = intervals[-1].end
    sums = {}
    add_up(intervals, sums)
    assert sum(found[0] for found in sums.values()) == sum(seconds for seconds, _ in stretches)
    assert sum(found[1] for found in sums.values()) == sum(n for n, state in stretches if state is State.UP)
    assert sum(found[2] for found in sums.values()) == sum(n for n, state in stretches if state is State.UNKNOWN)
    assert all(found[0] <= 86_400 for found in sums.values())
