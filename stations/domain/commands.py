"""Commands to chargers: kinds, states, how long each may wait."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class CommandState(StrEnum):
    """QUEUED → SENT → an outcome. Nothing leaves an outcome but ACCEPTED → NO_EFFECT."""

    QUEUED = "queued"
    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FAILED = "failed"  # the charger answered with a CALLERROR, or its version cannot express the command
    TIMEOUT = "timeout"  # sent, and no answer in time while the connection stood
    EXPIRED = "expired"  # never sent
    UNKNOWN = "unknown"  # sent, and the connection died before the answer: never sent again by itself
    NO_EFFECT = "no_effect"  # accepted, and nothing happened in the time it should have


OPEN_STATES = frozenset({CommandState.QUEUED, CommandState.SENT})


class CommandKind(StrEnum):
    """Version-neutral kinds; CALL is a raw CSMS-initiated action of the protocol in use."""

    CALL = "call"
    RESET = "reset"
    REMOTE_START = "remote_start"
    REMOTE_STOP = "remote_stop"
    UNLOCK = "unlock"
    CHANGE_AVAILABILITY = "change_availability"
    GET_VARIABLES = "get_variables"
    SET_VARIABLES = "set_variables"
    GET_BASE_REPORT = "get_base_report"
    TRIGGER = "trigger"
    CLEAR_CACHE = "clear_cache"
    DATA_TRANSFER = "data_transfer"


@dataclass(frozen=True, slots=True)
class Policy:
    """How a kind is treated while it waits. `priority`: higher leaves first."""

    expires_after: timedelta
    queue_offline: bool
    priority: int


# What a driver stands waiting for is worthless after a minute, and dangerous later.
_DRIVER_WAITS = Policy(timedelta(seconds=60), queue_offline=False, priority=10)
_MAINTENANCE = Policy(timedelta(hours=24), queue_offline=True, priority=0)

POLICIES: dict[CommandKind, Policy] = {
    CommandKind.REMOTE_START: _DRIVER_WAITS,
    CommandKind.REMOTE_STOP: _DRIVER_WAITS,
    CommandKind.UNLOCK: _DRIVER_WAITS,
    CommandKind.RESET: Policy(timedelta(minutes=15), queue_offline=True, priority=5),
    CommandKind.TRIGGER: Policy(timedelta(minutes=5), queue_offline=True, priority=2),
}


def policy_of(kind: CommandKind) -> Policy:
    """The policy of `kind`; kinds without one of their own wait a day, as maintenance does."""
    return POLICIES.get(kind, _MAINTENANCE)
