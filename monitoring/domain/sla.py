"""What support promises: how long a first answer and a solution may take, counted in the hours in which it is there.

A clock runs while support is asked something and stands while it waits for the driver; only support hours count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from stations.domain.opening_hours import OpeningHours

# A desk that is closed for so long is never there.
_FAR = timedelta(days=400)
_STEP = timedelta(days=14)
# Somebody is warned when this part of the time is used up.
WARN_AT = 0.75


@dataclass(frozen=True, slots=True)
class Targets:
    """Minutes of support hours."""

    first_answer: int
    resolution: int


# By priority: 1 is urgent.
DEFAULT_TARGETS: Mapping[int, Targets] = {
    1: Targets(15, 4 * 60),
    2: Targets(60, 8 * 60),
    3: Targets(4 * 60, 24 * 60),
    4: Targets(8 * 60, 72 * 60),
}


def targets_from_json(told: Mapping[str, Any], priority: int) -> Targets:
    """Those of a priority: as a policy says, else as by default. `told`: priority → [first answer, resolution]."""
    found = told.get(str(priority))
    return Targets(int(found[0]), int(found[1])) if found else DEFAULT_TARGETS[priority]


@dataclass(frozen=True, slots=True)
class Desk:
    """When support is there."""

    hours: OpeningHours
    zone: ZoneInfo

    @property
    def is_always(self) -> bool:
        return self.hours.is_always and not self.hours.special_days

    def seconds(self, start: datetime, end: datetime) -> float:
        """Support hours between two aware instants, in seconds; nothing where the second is not later."""
        if end <= start:
            return 0.0
        if self.is_always:
            return (end - start).total_seconds()
        return sum((span.end - span.start).total_seconds() for span in self.hours.between(start, end, self.zone))

    def after(self, start: datetime, seconds: float) -> datetime | None:
        """When so many seconds of support hours have passed since `start`; None: not within a year."""
        if self.is_always:
            return start + timedelta(seconds=seconds)
        left, since = seconds, start
        while since < start + _FAR:
            for span in self.hours.between(since, since + _STEP, self.zone):
                length = (span.end - span.start).total_seconds()
                if length >= left:
                    return span.start + timedelta(seconds=left)
                left -= length
            since += _STEP
        return None


ALWAYS = Desk(OpeningHours(is_always=True), ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Clock:
    """`spent_s` were spent before `running_since`; None: it stands."""

    target_s: float
    spent_s: float = 0.0
    running_since: datetime | None = None

    def spent(self, at: datetime, desk: Desk) -> float:
        """What is spent by then, in seconds of support hours; what comes late counts nothing twice."""
        running = desk.seconds(self.running_since, at) if self.running_since else 0.0
        return self.spent_s + running

    def left(self, at: datetime, desk: Desk) -> float:
        """What is left then, in seconds; below zero once it is overdue."""
        return self.target_s - self.spent(at, desk)

    def due(self, desk: Desk, *, part: float = 1.0) -> datetime | None:
        """When it will be used up (or that part of it) if nothing stops it; None while it stands."""
        if self.running_since is None:
            return None
        return desk.after(self.running_since, max(0.0, self.target_s * part - self.spent_s))

    def stopped(self, at: datetime, desk: Desk) -> "Clock":
        """Standing from then on. One that stands already stays as it is."""
        if self.running_since is None:
            return self
        return replace(self, spent_s=self.spent(at, desk), running_since=None)

    def started(self, at: datetime) -> "Clock":
        """Running from then on. One that runs already stays as it is."""
        return self if self.running_since else replace(self, running_since=at.astimezone(UTC))
