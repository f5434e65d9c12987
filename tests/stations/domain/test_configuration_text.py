"""Desired values as lines of text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.domain.configuration import Key
from stations.domain.configuration_text import Unreadable, read, write

WORD = st.text("abcXYZ019-_.:", min_size=1, max_size=8)
KEYS = st.builds(
    Key,
    component=st.one_of(st.just(""), WORD),
    component_instance=st.one_of(st.just(""), WORD),
    evse_number=st.integers(0, 9),
    connector_number=st.integers(0, 9),
    name=WORD,
    instance=st.one_of(st.just(""), WORD),
    attribute=st.sampled_from(["Actual", "Target", "MinSet", "MaxSet"]),
)


def plain(key):
    """Without what a line cannot say: parts of no component, a connector of no EVSE."""
    if not key.component:
        key = key._replace(component_instance="", evse_number=0)
    return key if key.evse_number else key._replace(connector_number=0)


@given(st.lists(st.tuples(KEYS.map(plain), st.text("abc 019=,/", max_size=10).map(str.strip))))
def test_what_is_written_is_read_again(values):
    assert list(read(write(values))) == values


def test_a_key_of_16_and_a_variable_of_2x():
    text = "# comment\n\nHeartbeatInterval=60\nConnector [left] (2.1) / Power [x] {MaxSet} = 11 kW\n"
    assert list(read(text)) == [
        (Key("", "", 0, 0, "HeartbeatInterval", "", "Actual"), "60"),
        (Key("Connector", "left", 2, 1, "Power", "x", "MaxSet"), "11 kW"),
    ]


@pytest.mark.parametrize("line", ["HeartbeatInterval", "= 60", "A / B / C = 1", "A (x) / B = 1", "A {Sideways} = 1"])
def test_a_line_that_says_nothing_is_named(line):
    with pytest.raises(Unreadable, match="Line 2"):
        list(read(f"A = 1\n{line}"))
