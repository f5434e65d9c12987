from datetime import UTC, datetime, timedelta

from monitoring.domain.repairs import Failure, Watched, joined, reliability

START = datetime(2026, 10, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
UNTIL = START + 100 * HOUR


def test_a_fault_that_changes_its_code_is_one_failure():
    first, second = Failure(START, START + HOUR), Failure(START + HOUR, START + 3 * HOUR)
    assert joined([second, first]) == [Failure(START, START + 3 * HOUR)]


def test_the_figures_of_two_evses_worked_out_by_hand():
    failures = [Failure(START + 10 * HOUR, START + 12 * HOUR), Failure(START + 50 * HOUR, START + 56 * HOUR)]
    found = reliability([Watched(START, None, failures), Watched(START)], since=START, until=UNTIL)
    # Two EVSEs, 100 hours, eight of them failed: (200 - 8) / 2.
    assert (found.failures, found.mttr, found.mtbf) == (2, 4 * HOUR, 96 * HOUR)


def test_time_before_an_evse_was_in_use_and_after_it_went_lies_between_no_failures():
    young = Watched(START + 60 * HOUR, None, [Failure(START + 70 * HOUR, START + 80 * HOUR)])
    gone, never = Watched(START - 100 * HOUR, START + 10 * HOUR), Watched(None)
    # Forty hours and ten, ten of them failed.
    assert reliability([young, gone, never], since=START, until=UNTIL).mtbf == 40 * HOUR


def test_one_that_lasts_is_a_failure_and_no_repair():
    found = reliability([Watched(START, None, [Failure(UNTIL - HOUR, None)])], since=START, until=UNTIL)
    assert (found.failures, found.mttr, found.failed) == (1, None, HOUR)


def test_where_nothing_failed_there_is_no_mean():
    found = reliability([Watched(START)], since=START, until=UNTIL)
    assert (found.mttr, found.mtbf) == (None, None)
