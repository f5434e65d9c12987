"""Commands to many stations at once: which kinds, how much care they take, and what becomes of each station."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from stations.domain.commands import CommandKind as Kind
from stations.domain.triggers import MESSAGES

# What makes sense for many. A plug is unlocked and a session started for somebody who stands there: at one station.
KINDS = (
    Kind.SET_VARIABLES,
    Kind.GET_VARIABLES,
    Kind.CHANGE_AVAILABILITY,
    Kind.RESET,
    Kind.CLEAR_CHARGING_PROFILE,
    Kind.CLEAR_CACHE,
    Kind.TRIGGER,
    Kind.GET_LOG,
    Kind.GET_BASE_REPORT,
)


class Care(StrEnum):
    """What a person has to do before many stations are told."""

    NONE = "none"
    TICK = "tick"
    COUNT = "count"  # type how many stations it is for


def care(kind: Kind, values: Mapping[str, Any]) -> Care:
    """What takes service away from many, or cannot be seen to be right before it is done, is counted out."""
    if kind is Kind.RESET:
        return Care.TICK if values.get("type") == "soft" else Care.COUNT
    if kind is Kind.CHANGE_AVAILABILITY:
        return Care.NONE if values.get("operative") else Care.COUNT
    return Care.COUNT if kind in (Kind.SET_VARIABLES, Kind.CLEAR_CHARGING_PROFILE) else Care.NONE


class Obstacle(StrEnum):
    """Why a station is told nothing."""

    FORBIDDEN = "forbidden"  # who asks may not send it there
    NO_VERSION = "no_version"  # it never connected: nobody knows what it speaks
    NO_WORDS = "no_words"  # its version cannot express the command
    NO_VARIABLE = "no_variable"  # none of the variables exists in its version
    NOTHING_TO_UNDO = "nothing_to_undo"
    NOT_CONNECTED = "not_connected"  # and it was not to be waited for
    STOPPED = "stopped"  # somebody stopped the rest


# In the words of those who read rows and not pages.
OBSTACLES = {
    Obstacle.FORBIDDEN: "Whoever asked for it may not send it to this station.",
    Obstacle.NO_VERSION: "The station has never connected: nobody knows which version it speaks.",
    Obstacle.NO_WORDS: "The station's version has no message for it.",
    Obstacle.NO_VARIABLE: "None of the variables exists in the station's version.",
    Obstacle.NOTHING_TO_UNDO: "There is nothing to undo at this station.",
    Obstacle.NOT_CONNECTED: "The station was not connected, and was not to be waited for.",
    Obstacle.STOPPED: "The rest was stopped before this was sent.",
}

_VARIABLES = (Kind.SET_VARIABLES, Kind.GET_VARIABLES)


def values_for(kind: Kind, values: Mapping[str, Any], protocol: str) -> dict[str, Any]:
    """What a station of this version is asked: of variables those that exist there. OCPP 1.6 has no components, and
    2.x nothing without one."""
    if kind not in _VARIABLES:
        return dict(values)
    has_components = protocol != "ocpp1.6"
    return {**values, "variables": [v for v in values["variables"] if bool(v.get("component")) is has_components]}


def obstacle(kind: Kind, values: Mapping[str, Any], protocol: str) -> Obstacle | None:
    """Why a station of this version cannot be asked; `values`: for all versions."""
    if not protocol:
        return Obstacle.NO_VERSION
    if kind in _VARIABLES and not values_for(kind, values, protocol)["variables"]:
        return Obstacle.NO_VARIABLE
    only_21 = (kind is Kind.RESET and values["type"] == "resume") or (
        kind is Kind.GET_LOG and values["log"] == "data_collector"
    )
    unknown = kind is Kind.TRIGGER and values["message"] not in MESSAGES.get(protocol, ())
    return Obstacle.NO_WORDS if unknown or (only_21 and protocol != "ocpp2.1") else None


# More of them at once come back at once, and whoever sees the first ones fail has no time to stop the rest.
_RESETS_A_MINUTE = 50
SPREADS_S = (0, 300, 900, 1800, 3600, 7200, 14_400)


def usual_spread_s(kind: Kind, stations: int) -> int:
    """Over how many seconds it is spread where nobody says otherwise: only restarts, of more than a few, are."""
    if kind is not Kind.RESET or stations <= _RESETS_A_MINUTE:
        return 0
    needed = 60 * stations / _RESETS_A_MINUTE
    return next((spread for spread in SPREADS_S if spread >= needed), SPREADS_S[-1])


# How long a station that is not connected may be waited for, in seconds; 0: it is left out.
WAITS_S = (0, 900, 3600, 86_400, 604_800)


def usual_wait_s(expires_after: timedelta) -> int:
    """The longest wait that is no longer than the kind's own."""
    return max(wait for wait in WAITS_S if wait <= expires_after.total_seconds())
