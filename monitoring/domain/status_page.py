"""What a status page says, of counts and sums: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from monitoring.domain.uptime import Interval, State

DAYS = 90
# With so many of a hundred working, "most" is true of it.
MOST = 90


class Condition(StrEnum):
    """How a site or a network fares, the worst first but for what is not known."""

    NONE = "none"
    SOME = "some"
    MOST = "most"
    ALL = "all"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Points:
    """Charging points: free, in use, out of service, and those of which nothing is known now."""

    free: int = 0
    busy: int = 0
    out: int = 0
    unknown: int = 0

    def __add__(self, other: "Points") -> "Points":
        return Points(
            self.free + other.free, self.busy + other.busy, self.out + other.out, self.unknown + other.unknown
        )

    @property
    def working(self) -> int:
        return self.free + self.busy

    @property
    def total(self) -> int:
        return self.working + self.out + self.unknown

    @property
    def condition(self) -> Condition:
        """What is unknown is neither counted as working nor called out of service."""
        if not self.working:
            return Condition.NONE if self.out else Condition.UNKNOWN
        if self.working == self.total:
            return Condition.ALL
        return Condition.MOST if self.working * 100 >= MOST * self.total else Condition.SOME


@dataclass(frozen=True, slots=True)
class Day:
    """The seconds of a day of all charging points concerned; none measured: there is no data."""

    day: date
    measured_s: int = 0
    up_s: int = 0
    unknown_s: int = 0

    @property
    def down_s(self) -> int:
        return self.measured_s - self.up_s - self.unknown_s

    @property
    def shares(self) -> tuple[float, float, float] | None:
        """Up, unknown and down, together 1; None where nothing was measured."""
        if not self.measured_s:
            return None
        return tuple(part / self.measured_s for part in (self.up_s, self.unknown_s, self.down_s))  # type: ignore[return-value]

    @property
    def availability(self) -> float | None:
        """Percent of the measured time, as monitoring.domain.uptime.availability has it."""
        return self.up_s / self.measured_s * 100 if self.measured_s else None

    @property
    def unknown(self) -> float | None:
        """Percent of the measured time."""
        return self.unknown_s / self.measured_s * 100 if self.measured_s else None

    @property
    def down(self) -> float | None:
        """Percent of the measured time."""
        return self.down_s / self.measured_s * 100 if self.measured_s else None


def window(today: date) -> list[date]:
    """The days a page shows, the last one today."""
    return [today - timedelta(days=ago) for ago in reversed(range(DAYS))]


def days_of(today: date, known: Mapping[date, Day]) -> list[Day]:
    """One for each day of the page, without data where nothing is known."""
    return [known.get(day, Day(day)) for day in window(today)]


def availability_of(days: Iterable[Day]) -> float | None:
    """Percent of all the time that was measured, each second counted alike; None where nothing was."""
    found: Sequence[Day] = list(days)
    measured_s = sum(day.measured_s for day in found)
    return sum(day.up_s for day in found) / measured_s * 100 if measured_s else None


def add_up(intervals: Iterable[Interval], sums: dict[date, list[int]]) -> None:
    """Add the seconds of a port's intervals to `sums`: by day of UTC those measured, up and unknown."""
    for start, end, state, *_ in intervals:
        at = start
        while at < end:
            day = at.date()
            last = min(end, datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1))
            length = last - at
            seconds = length.days * 86_400 + length.seconds
            found = sums.setdefault(day, [0, 0, 0])
            found[0] += seconds
            if state is State.UP:
                found[1] += seconds
            elif state is State.UNKNOWN:
                found[2] += seconds
            at = last
