from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.sla import ALWAYS, Clock, Desk, Targets, targets_from_json
from stations.domain.opening_hours import Hours, OpeningHours, SpecialDay

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Desk(OpeningHours(weekly=tuple((day, Hours(time(8), time(18))) for day in range(1, 6))), BERLIN)
NEVER = Desk(OpeningHours(), BERLIN)
MONDAY = datetime(2026, 11, 16, 9, tzinfo=BERLIN)
HOUR = 3600.0


def test_around_the_clock_every_second_counts():
    assert ALWAYS.seconds(MONDAY, MONDAY + timedelta(days=3)) == 72 * HOUR
    assert ALWAYS.after(MONDAY, 90) == MONDAY + timedelta(seconds=90)


def test_nights_and_weekends_do_not_count_where_nobody_is_there():
    friday = datetime(2026, 11, 20, 17, tzinfo=BERLIN)
    assert OFFICE.seconds(friday, friday + timedelta(days=3)) == 10 * HOUR
    assert OFFICE.after(friday, 2 * HOUR) == datetime(2026, 11, 23, 9, tzinfo=BERLIN)


def test_what_is_asked_at_night_is_counted_from_the_morning():
    night = datetime(2026, 11, 17, 3, tzinfo=BERLIN)
    assert OFFICE.after(night, 15 * 60) == datetime(2026, 11, 17, 8, 15, tzinfo=BERLIN)


def test_a_holiday_does_not_count():
    hours = OpeningHours(weekly=OFFICE.hours.weekly, special_days=(SpecialDay(MONDAY.date()),))
    assert Desk(hours, BERLIN).seconds(MONDAY, MONDAY + timedelta(days=1)) == HOUR


def test_a_desk_that_never_opens_has_no_due_time():
    assert NEVER.after(MONDAY, 1) is None


def test_the_clock_stands_while_the_driver_is_waited_for():
    clock = Clock(target_s=4 * HOUR).started(MONDAY).stopped(MONDAY + timedelta(hours=1), ALWAYS)
    assert clock.due(ALWAYS) is None
    assert clock.left(MONDAY + timedelta(days=9), ALWAYS) == 3 * HOUR
    again = clock.started(MONDAY + timedelta(days=9))
    assert again.due(ALWAYS) == MONDAY + timedelta(days=9, hours=3)


def test_started_twice_or_stopped_twice_is_once():
    running = Clock(target_s=HOUR).started(MONDAY)
    assert running.started(MONDAY + timedelta(minutes=5)) == running
    standing = running.stopped(MONDAY + timedelta(minutes=10), ALWAYS)
    assert standing.stopped(MONDAY + timedelta(minutes=50), ALWAYS) == standing


def test_what_was_overdue_is_overdue_as_soon_as_it_runs_again():
    clock = Clock(target_s=HOUR, spent_s=2 * HOUR).started(MONDAY)
    assert clock.due(ALWAYS) == MONDAY
    assert clock.left(MONDAY, ALWAYS) == -HOUR


def test_a_policy_changes_only_the_priorities_it_names():
    assert targets_from_json({"1": [5, 60]}, 1) == Targets(5, 60)
    assert targets_from_json({"1": [5, 60]}, 3) == Targets(240, 1440)


STEPS = st.lists(st.integers(min_value=0, max_value=5 * 24 * 3600), min_size=1, max_size=8)


@pytest.mark.parametrize("desk", [ALWAYS, OFFICE, NEVER])
@given(steps=STEPS)
def test_time_spent_is_the_running_time_alone_and_never_negative(desk, steps):
    at, clock, running = MONDAY, Clock(target_s=HOUR), 0.0
    for index, step in enumerate(steps):
        until = at + timedelta(seconds=step)
        if index % 2 == 0:
            clock = clock.started(at)
            before = clock.spent(at, desk)
            assert clock.spent(until, desk) >= before >= 0
            running += desk.seconds(at, until)
            clock = clock.stopped(until, desk)
        assert clock.spent(until, desk) == pytest.approx(running)
        assert clock.spent(until, desk) <= (until - MONDAY).total_seconds() + 1e-6
        at = until


@given(start=st.integers(0, 60 * 24 * 3600), seconds=st.integers(1, 200 * 3600))
def test_due_is_when_so_much_has_been_spent(start, seconds):
    begin = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=start)
    due = OFFICE.after(begin, seconds)
    assert OFFICE.seconds(begin, due) == pytest.approx(seconds)
