"""What a test finds, and how it compares."""

import pytest

from monitoring.domain.network_test import Change, Found, Outcome, Problem, compare, problems


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ([], Found(was_answered=True, came=True, answer_ms=300, ping_ms=80, clock_offset_s=-3)),
        ([Problem.NO_ANSWER], Found(was_answered=False)),
        ([Problem.LOST], Found(was_answered=False, was_lost=True)),
        ([Problem.NOTHING_CAME], Found(was_answered=True, came=False)),
        ([Problem.LARGE_LOST], Found(was_answered=True, came=True, large_came=False)),
        ([Problem.SLOW_ANSWER, Problem.SLOW_PING], Found(was_answered=True, answer_ms=9000, ping_ms=2000)),
        ([Problem.CLOCK_WRONG], Found(was_answered=True, clock_offset_s=-3600)),
        ([Problem.NOT_ENCRYPTED], Found(was_answered=True, is_secure=False, must_be_secure=True)),
        ([], Found(was_answered=True, is_secure=False)),
        ([], Found(is_offline=True, was_answered=False)),
    ],
)
def test_what_is_wrong(wrong, found):
    assert problems(found) == wrong


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        (Change.NEW, None, Outcome(True, (100,))),
        (Change.NEW_FAILURE, Outcome(True, (100,)), Outcome(False, (None,))),
        (Change.FIXED, Outcome(False, (None,)), Outcome(True, (100,))),
        (Change.STILL_FAILING, Outcome(False, (None,)), Outcome(False, (None,))),
        (Change.SAME, Outcome(True, (100,)), Outcome(True, (350,))),
        (Change.WORSE, Outcome(True, (300, 50)), Outcome(True, (900, 50))),
        (Change.BETTER, Outcome(True, (900, None)), Outcome(True, (300, 50))),
    ],
)
def test_how_it_fared(change, before, after):
    assert compare(before, after) is change
