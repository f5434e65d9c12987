"""Which frames speak of a session."""

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.domain.conversation import Subject, about, read

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def message(number, frame, action="", *, is_ours=False):
    parts = orjson.dumps(frame) if isinstance(frame, list) else frame
    message_id = str(frame[1]) if isinstance(frame, list) else ""
    return read(id=number, at=NOW, is_ours=is_ours, action=action, message_id=message_id, body=parts)


def call(number, action, **payload):
    return message(number, [2, f"m{number}", action, payload], action)


SESSION_16 = Subject("7", id_token="CARD", connector=1)
SESSION_2 = Subject("abc", id_token="CARD", evse=1, remote_start_id=5)


@pytest.mark.parametrize(
    ("frame", "subject"),
    [
        (call(1, "MeterValues", connectorId=2, transactionId=7), SESSION_16),
        (call(1, "StatusNotification", connectorId=1), SESSION_16),
        (call(1, "Authorize", idTag="card"), SESSION_16),
        (call(1, "TransactionEvent", transactionInfo={"transactionId": "abc"}), SESSION_2),
        (call(1, "StatusNotification", evseId=1, connectorId=1), SESSION_2),
        (call(1, "RequestStartTransaction", remoteStartId=5), SESSION_2),
        (call(1, "SetChargingProfile", chargingProfile={"transactionId": "abc"}), SESSION_2),
        (call(1, "BootNotification"), SESSION_2),
    ],
)
def test_a_message_that_names_the_session_its_token_or_its_place_speaks_of_it(frame, subject):
    assert about([frame], subject) == [frame]


@pytest.mark.parametrize(
    ("frame", "subject"),
    [
        (call(1, "MeterValues", connectorId=1, transactionId=8), SESSION_16),
        (call(1, "StatusNotification", connectorId=2), SESSION_16),
        (call(1, "Authorize", idTag="OTHER"), SESSION_16),
        (call(1, "MeterValues", connectorId=1, transactionId=True), Subject("1")),
        (call(1, "RequestStartTransaction", remoteStartId=6, idToken={"idToken": "CARD"}), SESSION_2),
        (message(1, b"[2,"), SESSION_2),
    ],
)
def test_a_message_of_another_session_does_not(frame, subject):
    assert about([frame], subject) == []


def test_a_call_is_found_by_its_answer_and_an_answer_by_its_call():
    start = call(1, "StartTransaction", connectorId=3, idTag="X")
    told = message(2, [3, "m1", {"transactionId": 7}], "StartTransaction", is_ours=True)
    assert about([start, told], SESSION_16) == [start, told]


def test_an_error_is_read_with_its_code_and_words():
    assert message(1, [4, "m1", "InternalError", "it broke", {}]).error == "InternalError: it broke"


@given(st.binary(max_size=60))
def test_whatever_is_stored_is_read(body):
    assert read(id=1, at=NOW, is_ours=False, action="", message_id="", body=body).payload == {} or body.startswith(b"[")
