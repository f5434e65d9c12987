"""Early signs of a fault: measures of a station that grew worse over days. Pure.

A sign needs three things, so that one bad day or a nervous measure is none: the median of the last days is worse than
that of the days before by a factor, it is worse by more than what would be a trifle, and nearly all of the last days
are worse than a usual day before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median


class Measure(StrEnum):
    RECONNECTS = "reconnects"  # connections lost in a day
    TIMEOUTS = "timeouts"  # our calls that stayed without an answer, in a day
    LATENCY = "latency"  # milliseconds from a call to its answer
    POWER = "power"  # the day's highest power in W


@dataclass(frozen=True, slots=True)
class Limits:
    """`factor`: how many times worse; `trifle`: what difference is none; `falls`: whether less is worse."""

    factor: float
    trifle: float
    falls: bool = False


LIMITS: Mapping[Measure, Limits] = {
    Measure.RECONNECTS: Limits(2.0, 3),
    Measure.TIMEOUTS: Limits(2.0, 3),
    Measure.LATENCY: Limits(1.8, 400),
    Measure.POWER: Limits(1.25, 3_000, falls=True),
}
RECENT, BEFORE = timedelta(days=7), timedelta(days=28)
# Fewer days with a value say nothing.
LEAST_RECENT, LEAST_BEFORE = 4, 10
NEARLY_ALL = 0.75


@dataclass(frozen=True, slots=True)
class Sign:
    """What grew worse: the medians before and in the last days, since when."""

    measure: Measure
    before: float
    recent: float
    since: date
    days: int


def sign_of(measure: Measure, values: Mapping[date, float], *, today: date, sensitivity: float = 1.0) -> Sign | None:
    """What the values of days say; today, which is not over, is left out. `sensitivity` above 1 asks for less."""
    limits = LIMITS[measure]
    first_recent, first = today - RECENT, today - RECENT - BEFORE
    recent = {day: value for day, value in values.items() if first_recent <= day < today}
    before = [value for day, value in values.items() if first <= day < first_recent]
    if len(recent) < LEAST_RECENT or len(before) < LEAST_BEFORE:
        return None
    was, is_now = median(before), median(recent.values())
    if not _is_worse(was, is_now, limits, sensitivity):
        return None
    usual = _usual(before, limits)
    worse = [day for day, value in recent.items() if (value < usual if limits.falls else value > usual)]
    if len(worse) < NEARLY_ALL * len(recent):
        return None
    return Sign(measure, was, is_now, min(worse), len(recent))


def _is_worse(was: float, is_now: float, limits: Limits, sensitivity: float) -> bool:
    good, bad = (is_now, was) if limits.falls else (was, is_now)
    return bad - good > limits.trifle / sensitivity and bad > good * (1 + (limits.factor - 1) / sensitivity)


def _usual(before: Sequence[float], limits: Limits) -> float:
    """What three quarters of the days before were no worse than."""
    ordered = sorted(before, reverse=limits.falls)
    return ordered[min(len(ordered) - 1, (3 * len(ordered)) // 4)]
