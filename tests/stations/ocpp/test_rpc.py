"""Frames: what is one, and what it is answered with when it is none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.ocpp import rpc

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(st.text())
def test_any_text_is_parsed_into_something(text):
    assert isinstance(rpc.parse(text), rpc.Frame)


@given(st.lists(json_values, max_size=6))
def test_any_array_is_parsed_into_something(parts):
    assert isinstance(rpc.parse(json.dumps(parts)), rpc.Frame)


@given(
    st.text(min_size=1, max_size=36).filter(lambda text: text.isprintable()),
    st.dictionaries(st.text(), st.integers(0, 9)),
)
def test_a_call_we_send_is_read_back(message_id, payload):
    assert rpc.parse(rpc.call(message_id, "Reset", payload)) == rpc.Call(message_id, "Reset", payload)


def test_an_oversized_frame_is_known_by_its_start():
    assert rpc.too_large('[2, "abc", "DataTransfer", {"data": "' + "x" * 999, 10).id == "abc"


def test_a_result_without_a_payload_is_not_answered():
    frame = rpc.parse('[3,"a"]')
    assert isinstance(frame, rpc.Malformed)
    assert not frame.answerable


@pytest.mark.parametrize("depth", [rpc.MAX_DEPTH + 1, 300, 900])
def test_a_payload_nested_too_deeply_is_refused_under_its_id(depth):
    frame = rpc.parse('[2,"a","DataTransfer",' + '{"a":' * depth + "1" + "}" * depth + "]")
    assert isinstance(frame, rpc.Malformed)
    assert (frame.id, frame.code, frame.answerable) == ("a", rpc.Error.FORMAT_VIOLATION, True)


def test_many_members_are_not_many_levels():
    wide = "[" + ",".join(['{"a":[1]}'] * 500) + "]"
    assert isinstance(rpc.parse(f'[2,"a","DataTransfer",{{"a":{wide}}}]'), rpc.Call)
