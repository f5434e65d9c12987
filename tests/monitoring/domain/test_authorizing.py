"""How long drivers wait for our word."""

import pytest

from monitoring.domain.authorizing import BOUNDS_S, percentile_s, step_of


def test_a_bound_belongs_to_the_step_below_it():
    assert [step_of(seconds) for seconds in (0.0, 0.1, 0.11, 30.0, 31.0)] == [0, 0, 1, 7, 8]


def test_the_median_lies_within_its_step():
    counts = [0] * 9
    counts[step_of(1.5)] = 10
    assert percentile_s(counts, 0.5) == pytest.approx(1.5)
    assert percentile_s(counts, 0.95) == pytest.approx(1.95)


def test_few_that_wait_long_move_the_95th_percentile_and_not_the_median():
    counts = [90, 0, 0, 0, 0, 0, 10, 0, 0]
    assert percentile_s(counts, 0.5) < 0.1
    assert percentile_s(counts, 0.95) == pytest.approx(7.5)


def test_beyond_the_last_bound_only_that_is_known():
    assert percentile_s([0] * 8 + [3], 0.5) == BOUNDS_S[-1]


def test_of_nothing_there_is_no_median():
    assert percentile_s([0] * 9, 0.5) is None
