"""The error budget over time: what was left at the end of each month, and what will be."""

from datetime import UTC, date, datetime, timedelta

import pytest

from monitoring.domain.uptime import budget_past, error_budget

NOW = datetime(2026, 3, 11, tzinfo=UTC)
ALLOWED = 15_768


def day(year, month, number):
    return datetime(year, month, number, tzinfo=UTC)


def left_on(points):
    return {at: round(left) for at, left in points}


def test_the_past_ends_with_what_is_left_now():
    past = budget_past({date(2026, 3, 1): 600}, now=NOW)
    assert len(past) == 12
    assert past[0] == (day(2025, 5, 1), ALLOWED)
    assert past[-1] == (NOW, ALLOWED - 10)


def test_an_outage_is_given_back_when_its_month_has_left_the_window():
    past = left_on(budget_past({date(2024, 10, 1): 60_000}, now=NOW))
    assert past[day(2025, 10, 1)] == ALLOWED - 1000
    assert past[day(2025, 11, 1)] == ALLOWED


def test_the_past_of_a_young_port_begins_with_the_whole_budget_when_it_was_commissioned():
    since = day(2026, 1, 20)
    past = budget_past({date(2026, 1, 1): 6000}, now=NOW, since=since)
    assert left_on(past) == {since: ALLOWED, day(2026, 2, 1): 15_668, day(2026, 3, 1): 15_668, NOW: 15_668}


def test_the_forecast_falls_month_by_month_and_ends_where_it_is_used_up():
    # A hundred minutes a day.
    budget = error_budget({date(2026, 3, 1): 60_000}, recent_s=180_000, now=NOW)
    assert left_on(budget.ahead[:2]) == {day(2026, 4, 1): 12_668, day(2026, 5, 1): 9668}
    assert budget.ahead[-1] == (budget.breach_at, 0)
    assert budget.breach_at == pytest.approx(NOW + timedelta(days=147.68), abs=timedelta(hours=1))


def test_a_budget_that_is_used_up_was_breached_by_now():
    budget = error_budget({date(2026, 3, 1): ALLOWED * 60}, recent_s=0, now=NOW)
    assert budget.is_breached
    assert budget.ahead == ((NOW, 0),)


def test_without_outage_the_forecast_gives_back_what_leaves_the_window():
    budget = error_budget({date(2025, 6, 1): 60_000}, recent_s=0, now=NOW)
    ahead = left_on(budget.ahead)
    assert ahead[day(2026, 6, 1)] == ALLOWED - 1000
    assert ahead[day(2026, 7, 1)] == ALLOWED
    assert budget.breach_at is None


def test_the_forecast_looks_two_years_ahead_and_no_farther():
    ahead = error_budget({}, recent_s=60, now=NOW).ahead
    assert len(ahead) == 24
    assert ahead[-1][0] == day(2028, 3, 1)
