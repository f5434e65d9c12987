"""What a process measures of links: counted where it happens, taken whole."""

import pytest

from stations import links
from stations.links import QUEUED_S, Link


@pytest.fixture(autouse=True)
def empty():
    links.take()
    yield
    links.take()


def test_answered_pings_add_up_and_are_taken_once():
    link = Link()
    link.answered(0.1)
    link.answered(0.3)
    links.note_link(7, link)
    measured = links.take()[7]
    assert (measured.pings, measured.rtt_sum_ms, measured.rtt_max_ms) == (2, pytest.approx(400), pytest.approx(300))
    links.note_link(7, link)
    assert links.take() == {}


def test_an_unanswered_ping_is_lost_and_says_how_the_socket_ended():
    link = Link()
    link.unanswered()
    links.note_link(7, link)
    assert link.was_silent
    assert links.take()[7].lost == 1


def test_what_waited_in_the_charger_is_told_apart_from_what_was_slow():
    links.note_delays([(7, 2.0), (7, QUEUED_S + 1), (7, -1.0)])
    measured = links.take()[7]
    assert (measured.messages, measured.queued) == (2, 1)
    assert measured.delay_sum_ms == measured.delay_max_ms == 2000


def test_what_is_measured_does_not_grow_with_messages():
    links.note_delays([(7, 1.0)] * 10_000)
    assert len(links.take()) == 1
