from datetime import UTC, datetime, timedelta

from monitoring.domain.repairs import Failure, joined, reliability

START = datetime(2026, 10, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
UNTIL = START + 100 * HOUR


def test_a_fault_that_changes_its_code_is_one_failure():
    first, second = Failure(START, START + HOUR), Failure(START + HOUR, START + 3 * HOUR)
    assert joined([second, first]) == [Failure(START, START + 3 * HOUR)]


def test_the_figures_of_two_evses_worked_out_by_hand():
    failures = [Failure(START + 10 * HOUR, START + 12 * HOUR), Failure(START + 50 * HOUR, START + 56 * HOUR)]
    found = reliability([failures, []], since=START, until=UNTIL)
    # Two EVSEs, 100 hours, eight of them failed: (200 - 8) / 2.
    assert (found.failures, found.mttr, found.mtbf) == (2, 4 * HOUR, 96 * HOUR)


def test_one_that_lasts_is_a_failure_and_no_repair():
    found = reliability([[Failure(UNTIL - HOUR, None)]], since=START, until=UNTIL)
    assert (found.failures, found.mttr, found.failed) == (1, None, HOUR)


def test_where_nothing_failed_there_is_no_mean():
    found = reliability([[]], since=START, until=UNTIL)
    assert (found.mttr, found.mtbf) == (None, None)
