"""What becomes of a reservation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.domain.reservations import LIVE, News, ReservationState, after

State = ReservationState
EVENTS = st.lists(st.sampled_from(News))


@pytest.mark.parametrize(
    ("news", "state"),
    [
        (News.TAKEN, State.ACCEPTED),
        (News.REFUSED, State.REJECTED),
        (News.LOST, State.FAILED),
        (News.SESSION, State.USED),
        (News.TIME_OVER, State.EXPIRED),
        (News.CANCELLED, State.CANCELLED),
    ],
)
def test_what_may_come_of_one_that_was_asked_for(news, state):
    assert after(State.REQUESTED, news) is state


def test_a_late_answer_does_not_bring_back_what_has_ended():
    assert after(State.EXPIRED, News.TAKEN) is State.EXPIRED
    assert after(State.ACCEPTED, News.REFUSED) is State.ACCEPTED


@pytest.mark.parametrize("state", State)
def test_a_session_is_proof_of_use_whenever_it_is_told(state):
    assert after(state, News.SESSION) is State.USED


@given(EVENTS)
def test_nothing_that_has_ended_is_kept_again(events):
    state, has_ended = State.REQUESTED, False
    for news in events:
        state = after(state, news)
        assert not (has_ended and state in LIVE)
        has_ended = has_ended or state not in LIVE


@given(EVENTS, st.sampled_from(News))
def test_news_told_twice_changes_nothing_more(events, news):
    state = State.REQUESTED
    for event in events:
        state = after(state, event)
    once = after(state, news)
    assert after(once, news) is once
