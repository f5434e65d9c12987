from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.windows import FINAL, Seen, State, Step, Told, step

ON = Seen(is_on=True, is_connected=True, is_busy=False, is_out=False)
OVER = replace(ON, is_on=False)
SEEN = st.builds(Seen, *[st.booleans()] * 7)


def test_what_is_idle_is_taken_out_and_what_is_busy_is_waited_for():
    assert step(State.WAITING, Told.NOTHING, ON) is Step.TAKE_OUT
    assert step(State.WAITING, Told.NOTHING, replace(ON, is_busy=True)) is Step.WAIT
    assert step(State.WAITING, Told.NOTHING, replace(ON, is_connected=False)) is Step.WAIT


def test_what_was_out_before_is_not_touched():
    assert step(State.WAITING, Told.NOTHING, replace(ON, is_out=True)) is Step.LEAVE


def test_what_another_window_has_out_is_shared_and_handed_over():
    assert step(State.WAITING, Told.NOTHING, replace(ON, is_out=True, others_hold=True)) is Step.SHARE
    assert step(State.OUT, Told.TAKEN, replace(OVER, others_hold=True)) is Step.HAND_OVER


def test_afterwards_it_is_put_back_unless_somebody_took_it_out_meanwhile():
    assert step(State.OUT, Told.TAKEN, OVER) is Step.PUT_BACK
    assert step(State.OUT, Told.TAKEN, replace(OVER, was_taken_since=True)) is Step.LEAVE
    assert step(State.OUT, Told.TAKEN, replace(OVER, is_connected=False)) is Step.WAIT


def test_what_was_never_taken_out_is_not_put_back():
    assert step(State.WAITING, Told.NOTHING, OVER) is Step.SPARE
    assert step(State.ASKED, Told.REFUSED, OVER) is Step.SPARE


@pytest.mark.parametrize("told", [Told.LOST, Told.TAKEN])
def test_what_may_have_been_taken_out_is_put_back(told):
    assert step(State.ASKED, told, OVER) is Step.PUT_BACK


@given(st.sampled_from(sorted(set(State) - FINAL)), st.sampled_from(Told), SEEN)
def test_nothing_is_ever_sent_into_a_session_nor_to_who_is_away(state, told, seen):
    sent = step(state, told, seen) is Step.TAKE_OUT
    assert not (sent and (seen.is_busy or not seen.is_on))
    if state is State.WAITING:
        assert not (sent and not seen.is_connected)
