"""The course of an alert, look by look."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain import alerting
from monitoring.domain.alerting import Course, Hysteresis, State, begin, due_at, quiet_for, step

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SLOW = Hysteresis(timedelta(minutes=2), timedelta(minutes=1))
FAST = Hysteresis(timedelta(0), timedelta(minutes=1))


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def look(course, minutes, *, is_wrong, is_muted=False, hysteresis=SLOW):
    return step(course, is_wrong=is_wrong, is_muted=is_muted, now=at(minutes), hysteresis=hysteresis)


def test_it_is_told_once_it_has_held():
    course = look(begin(now=NOON), 1, is_wrong=True)
    assert course.state is State.PENDING
    assert look(course, 2, is_wrong=True).raised_at == at(2)


def test_nobody_hears_of_what_did_not_hold():
    course = look(begin(now=NOON), 1, is_wrong=False)
    assert (course.state, course.raised_at) == (State.RESOLVED, None)


def test_it_resolves_when_it_has_been_over_for_long_enough():
    course = look(Course(NOON, raised_at=NOON), 5, is_wrong=False)
    assert course.state is State.CLEARED
    assert look(course, 5.5, is_wrong=False).state is State.CLEARED
    assert look(course, 6, is_wrong=False).resolved_at == at(6)


def test_what_is_back_before_it_resolved_is_the_same_alert():
    course = look(look(Course(NOON, raised_at=NOON), 5, is_wrong=False), 5.5, is_wrong=True)
    assert (course.state, course.returns, course.raised_at) == (State.RAISED, 1, NOON)


def test_a_muted_alert_waits_until_the_work_is_done():
    course = look(begin(now=NOON), 10, is_wrong=True, is_muted=True)
    assert (course.state, course.is_muted) == (State.PENDING, True)
    raised = look(course, 11, is_wrong=True)
    assert (raised.state, raised.is_muted) == (State.RAISED, False)


def test_what_flaps_stays_raised_until_it_is_quiet():
    course = Course(NOON, raised_at=NOON, returns=alerting.RETURNS_TO_FLAP)
    course = look(course, 10, is_wrong=False, hysteresis=FAST)
    assert look(course, 15, is_wrong=False, hysteresis=FAST).state is State.CLEARED
    assert look(course, 40, is_wrong=False, hysteresis=FAST).state is State.RESOLVED


@pytest.mark.parametrize(("minutes", "returns"), [(5, 3), (29, 3), (30, 0), (600, 0)])
def test_comebacks_are_remembered_for_a_while(minutes, returns):
    assert begin(now=at(minutes), last_resolved_at=NOON, last_returns=2).returns == returns


def test_what_only_time_brings_on_is_due():
    pending = begin(now=NOON)
    assert due_at(pending, now=NOON, hysteresis=SLOW) == at(2)
    raised = Course(NOON, raised_at=NOON)
    assert due_at(raised, now=NOON, hysteresis=SLOW) is None
    assert due_at(look(raised, 1, is_wrong=False), now=at(1), hysteresis=SLOW) == at(2)


LOOKS = st.lists(st.tuples(st.integers(1, 1200), st.booleans(), st.booleans()), max_size=40)
TIMES = st.integers(0, 600).map(lambda s: timedelta(seconds=s))


@given(LOOKS, TIMES, TIMES)
def test_whatever_happens_the_course_is_in_order(looks, raise_after, clear_after):
    """Raised no sooner than it held, resolved no sooner than it was over, and nothing follows that."""
    hysteresis, now, course = Hysteresis(raise_after, clear_after), NOON, begin(now=NOON)
    for seconds, is_wrong, is_muted in looks:
        now += timedelta(seconds=seconds)
        before = course
        course = step(course, is_wrong=is_wrong, is_muted=is_muted, now=now, hysteresis=hysteresis)
        assert course.returns >= before.returns
        if before.state is State.RESOLVED:
            assert course == before
        if before.raised_at:
            assert course.raised_at == before.raised_at
        if course.raised_at:
            assert course.raised_at - course.noticed_at >= raise_after
        if course.raised_at and course.resolved_at:
            assert course.resolved_at - course.cleared_at >= quiet_for(before, hysteresis)
        if is_wrong:
            assert course.resolved_at is None or before.resolved_at
        again = step(course, is_wrong=is_wrong, is_muted=is_muted, now=now, hysteresis=hysteresis)
        assert again == course, "the same look twice is one look"
