"""Taking a command back: what would undo it, from what it asked for and what was known before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stations.domain.commands import CommandKind as Kind
from stations.domain.configuration import text_of
from stations.domain.secrets import MASK


@dataclass(frozen=True, slots=True)
class Undo:
    """A command that undoes another one."""

    kind: Kind
    values: dict[str, Any]


Undoing = Callable[[Mapping[str, Any], Mapping[str, Any]], Undo | None]


def undo_of(kind: Kind, values: Mapping[str, Any], known: Mapping[str, Any]) -> Undo | None:
    """What takes the command back; None where nothing does, or nothing is known to go back to.

    `known`: what was noted when it was asked for (`variables` with their values before, `operative`, `message`), and
    what came of it (`reservation_id`, `message_id`, `transaction_id` of the session that it started and that runs).
    """
    return _UNDOING[kind](values, known) if kind in _UNDOING else None


def _availability(values: Mapping[str, Any], known: Mapping[str, Any]) -> Undo | None:
    """Not for what was so before: it is not for us to bring back what somebody else took out of service."""
    if known.get("operative") == values["operative"]:
        return None
    return Undo(Kind.CHANGE_AVAILABILITY, {**values, "operative": not values["operative"]})


def _variables(values: Mapping[str, Any], known: Mapping[str, Any]) -> Undo | None:
    """The values from before, of those that are known, can be told, and were others."""
    earlier = known.get("variables", [])
    back = [
        {**variable, "value": value}
        for variable, value in zip(values["variables"], earlier, strict=False)
        if value is not None and MASK not in (value, variable["value"]) and value != text_of(variable["value"])
    ]
    return Undo(Kind.SET_VARIABLES, {"variables": back}) if back else None


def _message(values: Mapping[str, Any], known: Mapping[str, Any]) -> Undo | None:
    return Undo(Kind.SET_DISPLAY_MESSAGE, dict(known["message"])) if known.get("message") else None


def _by_id(kind: Kind, name: str, given: str) -> Undoing:
    """By what came of the command, known as `given`."""
    return lambda values, known: Undo(kind, {name: known[given]}) if given in known else None


_UNDOING: dict[Kind, Undoing] = {
    Kind.CHANGE_AVAILABILITY: _availability,
    Kind.SET_VARIABLES: _variables,
    Kind.SET_CHARGING_PROFILE: lambda values, known: Undo(Kind.CLEAR_CHARGING_PROFILE, {"profile": values["profile"]}),
    Kind.USE_PRIORITY_CHARGING: lambda values, known: Undo(
        Kind.USE_PRIORITY_CHARGING, {**values, "activate": not values["activate"]}
    ),
    Kind.PUBLISH_FIRMWARE: lambda values, known: Undo(Kind.UNPUBLISH_FIRMWARE, {"checksum": values["checksum"]}),
    Kind.CLEAR_DISPLAY_MESSAGE: _message,
    Kind.RESERVE: _by_id(Kind.CANCEL_RESERVATION, "reservation_id", "reservation_id"),
    Kind.SET_DISPLAY_MESSAGE: _by_id(Kind.CLEAR_DISPLAY_MESSAGE, "id", "message_id"),
    Kind.REMOTE_START: _by_id(Kind.REMOTE_STOP, "transaction_id", "transaction_id"),
}
