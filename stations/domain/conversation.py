"""Which frames speak of a session, and which frame answers which."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

CALL, RESULT, ERROR, RESULT_ERROR, SEND = 2, 3, 4, 5, 6
# A charger that takes longer than this keeps drivers waiting.
SLOW_S = 5.0


TYPES = {CALL: "call", RESULT: "result", ERROR: "error", RESULT_ERROR: "result_error", SEND: "send", None: "malformed"}


@dataclass(frozen=True, slots=True)
class Message:
    """One frame, read. `payload` is empty for what is no frame; `is_ours`: we sent it."""

    id: int
    at: datetime
    is_ours: bool
    type: int | None
    action: str
    message_id: str
    payload: dict[str, Any]
    error: str = ""


def read(*, id: int, at: datetime, is_ours: bool, action: str, message_id: str, body: bytes) -> Message:
    """A stored frame as a message; never raises."""
    try:
        parts = orjson.loads(body)
        kind = parts[0] if isinstance(parts, list) and parts else None
    except orjson.JSONDecodeError:
        parts, kind = [], None
    payload: Any = {}
    error = ""
    if kind in (CALL, SEND) and len(parts) > 3:
        payload = parts[3]
    elif kind == RESULT and len(parts) > 2:
        payload = parts[2]
    elif kind in (ERROR, RESULT_ERROR):
        error = ": ".join(text for text in parts[2:4] if isinstance(text, str) and text)
    if not isinstance(payload, dict):
        payload = {}
    return Message(id, at, is_ours, kind if isinstance(kind, int) else None, action, message_id, payload, error)


@dataclass(frozen=True, slots=True)
class Subject:
    """The session that is looked for. `connector`: its number in OCPP 1.6; `evse`: in 2.x."""

    transaction_id: str
    id_token: str = ""
    connector: int | None = None
    evse: int | None = None
    remote_start_id: int | None = None
    message_ids: frozenset[str] = field(default_factory=frozenset)


def about(messages: Iterable[Message], subject: Subject) -> list[Message]:
    """Those of a station's messages that speak of the session or explain it, and what answers them, in their order."""
    found = list(messages)
    chosen = {message.message_id for message in found if message.message_id and _speaks_of(message, subject)}
    return [message for message in found if message.message_id in chosen]


def _speaks_of(message: Message, subject: Subject) -> bool:
    if message.message_id in subject.message_ids:
        return True
    payload = message.payload
    if any(_same(place.get("transactionId"), subject.transaction_id) for place in _places(payload)):
        return True
    if message.type not in (CALL, SEND):
        return False
    if message.action == "BootNotification":
        return True
    return _matches(message.action, payload, subject)


def _places(payload: dict[str, Any]) -> Iterable[dict[str, Any]]:
    yield payload
    for name in ("transactionInfo", "chargingProfile", "csChargingProfiles"):
        if isinstance(payload.get(name), dict):
            yield payload[name]


def _same(found: Any, wanted: str) -> bool:
    return found is not None and not isinstance(found, bool) and str(found) == wanted


def _matches(action: str, payload: dict[str, Any], subject: Subject) -> bool:
    """What names no transaction, but the token or the place of this one."""
    if action in ("Authorize", "RemoteStartTransaction", "RequestStartTransaction"):
        wanted = payload.get("remoteStartId")
        if wanted is not None and subject.remote_start_id is not None:
            return bool(wanted == subject.remote_start_id)
        return bool(subject.id_token) and _token(payload).lower() == subject.id_token.lower()
    if action in ("StatusNotification", "MeterValues"):
        if "evseId" in payload:
            return subject.evse is not None and payload["evseId"] == subject.evse
        # A reading of another transaction names it.
        other = "transactionId" in payload
        return not other and subject.connector is not None and payload.get("connectorId") == subject.connector
    return False


def _token(payload: dict[str, Any]) -> str:
    token = payload.get("idToken")
    return str(token.get("idToken", "")) if isinstance(token, dict) else str(payload.get("idTag", ""))
