"""The words of the ledger. Instants are aware, in UTC and whole seconds: so sums of seconds are exact."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """Whether an EVSE could charge a vehicle. UNKNOWN: nobody can say."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why it was so. Only OFFLINE and UNTOLD leave the state UNKNOWN."""

    WORKING = "working"
    FAULT = "fault"
    # The charger says so, and nobody here asked for it.
    UNAVAILABLE = "unavailable"
    OPERATOR = "operator"
    # Available by its own word, and yet it cannot deliver: 23 CFR 680.116(b)(1) does not call that up.
    CANNOT_CHARGE = "cannot_charge"
    LOW_POWER = "low_power"
    GHOST = "ghost"
    # No connection for longer than the grace time, from the last sign on.
    OFFLINE = "offline"
    # Connected, but no connector has told a status yet.
    UNTOLD = "untold"


IMPAIRMENTS = frozenset({Cause.CANNOT_CHARGE, Cause.LOW_POWER, Cause.GHOST})


class Reason(StrEnum):
    """Why minutes of outage may be left out: 23 CFR 680.116(b)(3), and hours outside the stated opening hours."""

    UTILITY = "utility"
    VEHICLE = "vehicle"
    MAINTENANCE = "maintenance"
    VANDALISM = "vandalism"
    DISASTER = "disaster"
    CLOSED = "closed"


class Interval(NamedTuple):
    """From `start` until before `end`. `detail`: the charger's error code, where it told one. `correction`: the number
    of the one it comes from; 0: from signals."""

    start: datetime
    end: datetime
    state: State
    cause: Cause
    detail: str = ""
    correction: int = 0

    @property
    def seconds(self) -> int:
        return int((self.end - self.start).total_seconds())

    @property
    def is_outage(self) -> bool:
        """Whether it counts as outage in the United States: nobody has shown that it was up."""
        return self.state is not State.UP


class Excluded(NamedTuple):
    """A time for whose outage a reason was approved."""

    start: datetime
    end: datetime
    reason: Reason
