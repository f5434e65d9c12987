"""What people type: identities as they remember them, and verbs before or after them."""

import re

import pytest

from stations.domain.search_text import loosely, meanings

PHRASES = {
    "reset": ["reset", "restart"],
    "reserve": ["reserve"],
    "out": ["out of service"],
    "start": ["start", "start a session"],
}


@pytest.mark.parametrize("text", ["cp42", "CP-0042", "CP 042", "0042", "cp-00", "p42"])
def test_an_identity_is_found_however_it_is_written(text):
    assert re.search(loosely(text), "CP-0042", re.IGNORECASE)


@pytest.mark.parametrize("text", ["cp43", "cp420", "42cp", "-*-"])
def test_another_one_is_not(text):
    assert not re.search(loosely(text), "CP-0042", re.IGNORECASE)


@pytest.mark.parametrize("text", ["DE*VLT*E01", "de vlt e1", "vlt-e01", "*"])
def test_signs_between_may_be_left_out(text):
    assert re.search(loosely(text), "DE*VLT*E01", re.IGNORECASE)


@pytest.mark.parametrize("text", ["reset CP-0042", "CP-0042 reset", "RESTART  CP-0042", "rese CP-0042", "CP-0042 rest"])
def test_a_verb_stands_before_or_after_and_need_not_be_finished(text):
    assert meanings(text, PHRASES)[0] == ("reset", "CP-0042")


def test_a_beginning_may_mean_more_than_one_thing():
    assert [key for key, _ in meanings("res CP-0042", PHRASES)] == ["reset", "reserve"]


def test_the_longest_phrase_is_meant():
    assert meanings("start a session CP-0042", PHRASES) == [("start", "CP-0042")]
    assert meanings("out of serv CP-0042", PHRASES) == [("out", "CP-0042")]


def test_a_verb_alone_is_said_of_nothing():
    assert meanings("reset", PHRASES) == [("reset", "")]


@pytest.mark.parametrize("text", ["", "CP-0042", "re CP-0042", "presets"])
def test_text_without_a_verb_means_none(text):
    assert meanings(text, PHRASES) == []
