"""Who is told next, and that it ends."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.escalation import Policy, Turn, turn, wait_before

TWO = Policy([timedelta(0), timedelta(minutes=10)], repeats=1, pause=timedelta(minutes=30))


def test_each_step_waits_after_the_one_before():
    assert [wait_before(TWO, position) for position in range(5)] == [
        timedelta(0),
        timedelta(minutes=10),
        timedelta(minutes=30),
        timedelta(minutes=10),
        None,
    ]


def test_rounds_are_counted():
    assert [turn(TWO, position) for position in range(5)] == [Turn(0, 0), Turn(0, 1), Turn(1, 0), Turn(1, 1), None]


def test_a_policy_without_steps_tells_nobody():
    assert turn(Policy([], repeats=3), 0) is None


@given(steps=st.integers(0, 6), repeats=st.integers(0, 9))
def test_it_ends_after_all_rounds(steps, repeats):
    policy = Policy([timedelta(minutes=5)] * steps, repeats)
    told = [position for position in range(200) if turn(policy, position) is not None]
    assert told == list(range(steps * (repeats + 1)))
