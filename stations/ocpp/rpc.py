"""Frames of OCPP-J: JSON arrays on the wire, small dataclasses here.

OCPP-J 1.6 section 4, OCPP 2.0.1 part 4 section 4, OCPP 2.1 part 4 section 4 (CALLRESULTERROR and SEND).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

MAX_MESSAGE_ID = 36
# A longer one is wrong, but the charger recognizes it; beyond this it is not worth sending back.
MAX_LEGIBLE_ID = 255
# Several times deeper than any message; the schemas and the JSON writer give up at some hundred levels.
MAX_DEPTH = 64
# What a frame whose message id cannot be read is answered under (OCPP 2.0.1 part 4, section 4.2.3).
NO_MESSAGE_ID = "-1"


class Error(StrEnum):
    """RPC error codes, spelled as 2.0.1 does; each protocol renames those that 1.6 spells otherwise."""

    FORMAT_VIOLATION = "FormatViolation"
    GENERIC = "GenericError"
    INTERNAL = "InternalError"
    MESSAGE_TYPE_NOT_SUPPORTED = "MessageTypeNotSupported"
    NOT_IMPLEMENTED = "NotImplemented"
    NOT_SUPPORTED = "NotSupported"
    OCCURRENCE = "OccurrenceConstraintViolation"
    PROPERTY = "PropertyConstraintViolation"
    PROTOCOL = "ProtocolError"
    RPC_FRAMEWORK = "RpcFrameworkError"
    SECURITY = "SecurityError"
    TYPE = "TypeConstraintViolation"


class Refusal(Exception):
    """A CALL that is answered with a CALLERROR. Raised before anything is written."""

    def __init__(self, code: Error, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


@dataclass(frozen=True, slots=True)
class Call:
    id: str
    action: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallResult:
    id: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallError:
    id: str
    code: str
    description: str


@dataclass(frozen=True, slots=True)
class CallResultError:
    """The charger could not make sense of our CALLRESULT to its CALL `id` (OCPP 2.1)."""

    id: str
    code: str
    description: str


@dataclass(frozen=True, slots=True)
class Send:
    """A message without an answer (OCPP 2.1)."""

    id: str
    action: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Malformed:
    """Not a frame. `id` is None where it could not be read; `answerable`: whether it looked like a CALL."""

    id: str | None
    code: Error
    description: str
    answerable: bool = True
    action: str = ""
    # An id that is no text, as it came: where a version has no word for that, it is answered under it.
    wrong_id: int | None = None


Frame = Call | CallResult | CallError | CallResultError | Send | Malformed

_CALL, _CALL_RESULT, _CALL_ERROR, _CALL_RESULT_ERROR, _SEND = 2, 3, 4, 5, 6
MESSAGE_TYPES = frozenset({_CALL, _CALL_RESULT, _CALL_ERROR})
_HEAD = re.compile(r"\s*\[\s*([2-6])\s*,")
MESSAGE_TYPES_21 = MESSAGE_TYPES | {_CALL_RESULT_ERROR, _SEND}


def parse(text: str, types: frozenset[int] = MESSAGE_TYPES) -> Frame:
    """The frame in `text`, of one of the message types the version has; never raises."""
    try:
        parts = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return Malformed(_id_in(text), Error.RPC_FRAMEWORK, f"Not JSON: {error}")
    if not isinstance(parts, list) or len(parts) < 2:
        return Malformed(None, Error.RPC_FRAMEWORK, "A frame is a JSON array that starts with a type and an id.")
    message_type, message_id = parts[0], parts[1]
    if not isinstance(message_id, str) or not 0 < len(message_id) <= MAX_MESSAGE_ID:
        return _wrong_id(message_type, message_id)
    if text.count("[") + text.count("{") > MAX_DEPTH and _is_deeper(parts, MAX_DEPTH):
        is_call = message_type == _CALL
        return Malformed(message_id, Error.FORMAT_VIOLATION, "The payload is nested too deeply.", answerable=is_call)
    if isinstance(message_type, int) and message_type in types:
        return _call(message_id, parts) if message_type in (_CALL, _SEND) else _answer(message_id, parts)
    return Malformed(message_id, Error.MESSAGE_TYPE_NOT_SUPPORTED, f"Message type {message_type!r} is not known.")


def type_of(text: str) -> int | None:
    """The message type at the head of a frame; None where there is none. A glance: the rest is not looked at."""
    head = _HEAD.match(text)
    return int(head[1]) if head else None


def _is_deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects lie inside each other more than `levels` deep."""
    items = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    return levels == 0 or any(_is_deeper(item, levels - 1) for item in items)


def _wrong_id(message_type: Any, message_id: Any) -> Malformed:
    legible = message_id if isinstance(message_id, str) and 0 < len(message_id) <= MAX_LEGIBLE_ID else None
    return Malformed(
        legible,
        Error.RPC_FRAMEWORK,
        f"The message id is a text of 1 to {MAX_MESSAGE_ID} characters.",
        answerable=message_type == _CALL,
        wrong_id=message_id if isinstance(message_id, int) else None,
    )


def _answer(message_id: str, parts: list[Any]) -> CallResult | CallError | CallResultError | Malformed:
    if parts[0] == _CALL_RESULT and len(parts) == 3 and isinstance(parts[2], dict):
        return CallResult(message_id, parts[2])
    if parts[0] != _CALL_RESULT and len(parts) >= 3:
        kind = CallError if parts[0] == _CALL_ERROR else CallResultError
        return kind(message_id, str(parts[2]), str(parts[3]) if len(parts) > 3 else "")
    return Malformed(message_id, Error.RPC_FRAMEWORK, "An answer has an id and a payload.", answerable=False)


def _call(message_id: str, parts: list[Any]) -> Call | Send | Malformed:
    action = parts[2] if len(parts) > 2 and isinstance(parts[2], str) else ""
    is_call = parts[0] == _CALL
    if len(parts) != 4 or not action:
        problem = "A CALL is [2, id, action, payload]."
        return Malformed(message_id, Error.RPC_FRAMEWORK, problem, answerable=is_call, action=action)
    if not isinstance(parts[3], dict):
        problem = "The payload is a JSON object."
        return Malformed(message_id, Error.FORMAT_VIOLATION, problem, answerable=is_call, action=action)
    return Call(message_id, action, parts[3]) if is_call else Send(message_id, action, parts[3])


_START = re.compile(r'\s*\[\s*2\s*,\s*"([^"\\]{1,36})"')


def _id_in(text: str) -> str | None:
    """The message id of a CALL whose JSON is broken or too long to be parsed, where its start is still legible."""
    match = _START.match(text[:256])
    return match.group(1) if match else None


def too_large(text: str, limit: int) -> Malformed:
    """What stands for a frame of more than `limit` bytes, which is not parsed."""
    return Malformed(_id_in(text), Error.GENERIC, f"A frame has at most {limit} bytes.")


def call(message_id: str, action: str, payload: dict[str, Any]) -> str:
    return orjson.dumps([_CALL, message_id, action, payload]).decode()


def result(message_id: str, payload: dict[str, Any]) -> str:
    return orjson.dumps([_CALL_RESULT, message_id, payload]).decode()


def error(message_id: str | int, code: str, description: str) -> str:
    return orjson.dumps([_CALL_ERROR, message_id, code, description[:255], {}]).decode()


def result_error(message_id: str, code: str, description: str) -> str:
    """The answer to a CALLRESULT that makes no sense (OCPP 2.1)."""
    return orjson.dumps([_CALL_RESULT_ERROR, message_id, code, description[:255], {}]).decode()


_NUL = "\\u0000"


def check_texts(text: str, payload: dict[str, Any]) -> None:
    """Raise Refusal for what no schema forbids and no database takes: a NUL character in any text."""
    if _NUL not in text:
        return
    try:
        _find_nul(payload)
    except RecursionError:
        raise Refusal(Error.FORMAT_VIOLATION, "The payload is nested too deeply.") from None


def _find_nul(value: Any) -> None:
    if isinstance(value, str) and "\0" in value:
        raise Refusal(Error.PROPERTY, "A text holds a NUL character.")
    if isinstance(value, dict):
        for name, item in value.items():
            _find_nul(name)
            _find_nul(item)
    if isinstance(value, list):
        for item in value:
            _find_nul(item)
