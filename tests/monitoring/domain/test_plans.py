from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.plans import add_months, by_calendar, by_use, is_to_be_made

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_day_that_a_month_lacks_is_its_last():
    assert add_months(datetime(2026, 1, 31, tzinfo=UTC), 1) == datetime(2026, 2, 28, tzinfo=UTC)


@given(st.integers(1, 240))
def test_by_the_calendar_it_is_due_when_all_of_the_way_is_gone(months):
    due = add_months(NOW, months)
    assert by_calendar(counted_from=NOW, every=months, now=due).share == 1


def test_by_use_it_is_expected_when_the_pace_says_so():
    progress = by_use(counted_from=NOW - timedelta(days=30), every=1000, used=500, now=NOW)
    assert progress.share == 0.5
    assert progress.expected_at == NOW + timedelta(days=30)


def test_of_a_few_days_no_pace_is_believed():
    assert by_use(counted_from=NOW - timedelta(days=1), every=1000, used=500, now=NOW).expected_at is None


def test_a_work_order_is_made_ahead_of_time():
    progress = by_calendar(counted_from=NOW - timedelta(days=170), every=6, now=NOW)
    assert is_to_be_made(progress, lead=timedelta(days=14), now=NOW)
    assert not is_to_be_made(progress, lead=timedelta(days=5), now=NOW)
