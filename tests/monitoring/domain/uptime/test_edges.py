"""Where the arithmetic of uptime has its edges: a second, a day or a point more or less would be another figure."""

from datetime import UTC, date, datetime, timedelta

import pytest

from monitoring.domain.uptime import (
    CONNECTION,
    Cause,
    Excluded,
    Interval,
    Nevi,
    Reason,
    Signal,
    State,
    Tally,
    connector,
    disjoint,
    error_budget,
    month_of,
    months_between,
    overlaid,
    tally,
    timeline,
    uk_network,
)
from monitoring.domain.uptime.intervals import merged
from monitoring.domain.uptime.signals import OFF, ON, Word, commissioned_at, problem

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
GRACE = timedelta(minutes=5)


def at(hours):
    return BEGIN + hours * HOUR


def interval(start, end, state=State.DOWN, cause=Cause.FAULT):
    return Interval(at(start), at(end), state, cause)


def causes(*signals, until=24):
    told = [Signal(BEGIN, CONNECTION, ON), Signal(BEGIN, connector(1), Word.WORKS), *signals]
    found = timeline(told, since=BEGIN, until=at(until), grace=GRACE)
    return [(i.cause, (i.start - BEGIN) / HOUR, (i.end - BEGIN) / HOUR) for i in found]


def test_what_is_apart_is_not_merged():
    apart = [interval(0, 1), interval(2, 3)]
    assert merged(apart) == apart
    assert overlaid(apart, []) == apart


def test_a_time_with_two_reasons_goes_to_the_first_of_them_whichever_began_first():
    closed, utility = Excluded(at(0), at(4), Reason.CLOSED), Excluded(at(2), at(6), Reason.UTILITY)
    assert disjoint([closed, utility]) == [closed._replace(end=at(2)), utility]


def test_an_outage_that_changes_its_cause_is_one_and_one_at_the_very_start_counts():
    found = [interval(0, 1), interval(1, 2, State.UNKNOWN, Cause.OFFLINE), interval(2, 3, State.UP, Cause.WORKING)]
    assert tally(found, since=at(0), until=at(3)).outages == 1


def test_exactly_the_target_does_not_reach_it():
    assert [Nevi(0, {}, percent).meets_target for percent in (97.0, 97.0001)] == [False, True]


def test_each_point_of_a_network_counts_the_same_and_one_never_measured_does_not():
    points = [Tally(reliable_s=100), Tally(reliable_s=500, unreliable_s=500), Tally(measured_s=50)]
    assert uk_network(points) == 75
    assert uk_network([Tally()]) is None


def test_months_are_those_of_utc():
    assert month_of(datetime.fromisoformat("2026-04-01T01:00:00+02:00")) == date(2026, 3, 1)
    assert list(months_between(BEGIN, datetime(2026, 4, 1, tzinfo=UTC))) == [date(2026, 3, 1)]


@pytest.mark.parametrize(("age", "days"), [(10 * DAY, 10), (6 * HOUR, 1), (90 * DAY, 30)])
def test_the_pace_of_a_young_port_is_that_of_its_own_days(age, days):
    budget = error_budget({}, recent_s=days * 86_400, now=at(0), since=at(0) - age)
    # A whole day lost each day, of 43.2 minutes that may be.
    assert budget.burn_rate == pytest.approx(1440 / (15_768 / 365))


def test_a_forecast_is_the_day_on_which_the_pace_has_used_it_up():
    spent = {date(2026, 3, 1): 0}
    a_day_s = 15_768 * 60 / 360
    breach = error_budget(spent, recent_s=round(30 * a_day_s), now=at(0)).breach_at
    assert breach == pytest.approx(at(0) + 360 * DAY, abs=DAY)


def test_an_absence_of_just_the_grace_time_is_one():
    away = at(1)
    assert causes(Signal(away, CONNECTION, OFF), Signal(away + GRACE, CONNECTION, ON))[1][0] is Cause.OFFLINE
    shorter = Signal(away + GRACE - timedelta(seconds=1), CONNECTION, ON)
    assert causes(Signal(away, CONNECTION, OFF), shorter) == [(Cause.WORKING, 0, 24)]


def test_an_absence_lasts_from_the_first_sign_of_it_and_as_long_as_nobody_comes():
    found = causes(Signal(at(1), CONNECTION, OFF), Signal(at(2), CONNECTION, OFF))
    assert found == [(Cause.WORKING, 0, 1), (Cause.OFFLINE, 1, 24)]


def test_one_connector_that_works_is_enough():
    other = [Signal(at(1), connector(2), Word.FAULTED), Signal(at(2), connector(1), Word.FAULTED)]
    assert causes(*other) == [(Cause.WORKING, 0, 2), (Cause.FAULT, 2, 24)]


def test_only_what_an_operator_took_out_is_an_operators():
    assert causes(Signal(at(1), connector(1), Word.UNAVAILABLE))[1][0] is Cause.UNAVAILABLE


def test_it_begins_once_it_has_connected_and_something_was_heard_of_it():
    told = [Signal(at(1), CONNECTION, ON), Signal(at(2), connector(1), Word.WORKS)]
    assert commissioned_at(told) == at(2)
    assert commissioned_at(told[:1]) is None


def test_time_goes_before_the_order_of_telling_which_decides_within_an_instant():
    late = [Signal(at(1), connector(1), Word.FAULTED, "", 9), Signal(at(2), connector(1), Word.WORKS, "", 3)]
    assert causes(*late) == [(Cause.WORKING, 0, 1), (Cause.FAULT, 1, 2), (Cause.WORKING, 2, 24)]
    at_once = [Signal(at(1), connector(1), Word.WORKS, "", 1), Signal(at(1), connector(1), Word.FAULTED, "", 2)]
    assert causes(*at_once)[1][0] is Cause.FAULT


def test_the_problem_of_a_connector_that_is_no_more_is_none():
    trouble = Signal(at(1), problem(2), Word.FAULTED)
    gone = [Signal(at(1), connector(2), Word.GONE), Signal(at(2), connector(1), Word.GONE)]
    assert causes(trouble, *gone)[-1][0] is Cause.UNTOLD
