"""Early signs of a fault: measures of a station that grew worse over days. Pure.

A station is compared with itself, so that one which was always hot or slow shows no sign, and with its peers, so that
summer, or a provider's bad week, is no sign of any of them. A sign needs three things, so that one bad day or a nervous
measure is none: the median of the last days is worse than that of the days before by a factor, it is worse by more
than a trifle and than the measure strays anyway, and nearly all of the last days are worse than a usual day before.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median


class Measure(StrEnum):
    RECONNECTS = "reconnects"  # connections lost in a day
    TIMEOUTS = "timeouts"  # our calls that stayed without an answer or were answered with an error, in a day
    RETRIES = "retries"  # messages that the charger could not deliver at once, in a day
    LATENCY = "latency"  # milliseconds from a call to its answer
    TEMPERATURE = "temperature"  # the day's highest in degrees Celsius
    POWER = "power"  # the day's highest power in W


@dataclass(frozen=True, slots=True)
class Limits:
    """`factor`: how many times worse; `trifle`: what difference is none; `falls`: whether less is worse; `in_shares`:
    whether peers change by a share of what each had, and not by so much."""

    factor: float
    trifle: float
    falls: bool = False
    in_shares: bool = False


LIMITS: Mapping[Measure, Limits] = {
    Measure.RECONNECTS: Limits(2.0, 3),
    Measure.TIMEOUTS: Limits(2.0, 3),
    Measure.RETRIES: Limits(2.0, 10),
    Measure.LATENCY: Limits(1.8, 400),
    # Degrees have no zero to multiply from.
    Measure.TEMPERATURE: Limits(1.0, 12),
    Measure.POWER: Limits(1.25, 3_000, falls=True, in_shares=True),
}
RECENT, BEFORE = timedelta(days=7), timedelta(days=28)
# Fewer days with a value say nothing.
LEAST_RECENT, LEAST_BEFORE = 4, 10
NEARLY_ALL = 0.75
# How many times the usual deviation from the median is more than straying (1.4826 of it is a normal sigma).
STRAYING = 3 * 1.4826
# Fewer peers say nothing about the weather.
LEAST_PEERS = 5


@dataclass(frozen=True, slots=True)
class Sign:
    """What grew worse: the medians before and in the last days, since when; `common`: by how much its peers did."""

    measure: Measure
    before: float
    recent: float
    since: date
    days: int
    common: float = 0.0


@dataclass(frozen=True, slots=True)
class Spans:
    """The values of a measure before, and by day in the last days."""

    before: Sequence[float]
    recent: Mapping[date, float]


def spans_of(values: Mapping[date, float], today: date) -> Spans | None:
    """Today, which is not over, is left out; None where there are too few days."""
    first_recent, first = today - RECENT, today - RECENT - BEFORE
    recent = {day: value for day, value in values.items() if first_recent <= day < today}
    before = [value for day, value in values.items() if first <= day < first_recent]
    return Spans(before, recent) if len(recent) >= LEAST_RECENT and len(before) >= LEAST_BEFORE else None


def common_change(measure: Measure, peers: Iterable[Mapping[date, float]], *, today: date) -> float:
    """By how much the middle one of the peers grew worse: so much of a change is nobody's own."""
    limits, changes = LIMITS[measure], []
    for spans in (spans_of(values, today) for values in peers):
        if spans is None:
            continue
        was, is_now = median(spans.before), median(spans.recent.values())
        if not limits.in_shares or was:
            changes.append((is_now - was) / (was if limits.in_shares else 1))
    if len(changes) < LEAST_PEERS:
        return 0.0
    return min(median(changes), 0.0) if limits.falls else max(median(changes), 0.0)


def sign_of(
    measure: Measure, values: Mapping[date, float], *, today: date, sensitivity: float = 1.0, common: float = 0.0
) -> Sign | None:
    """What the values of days say. `sensitivity` above 1 asks for less; `common`: what `common_change` told."""
    limits, spans = LIMITS[measure], spans_of(values, today)
    if spans is None:
        return None
    own = {day: _own(value, common, limits) for day, value in spans.recent.items()}
    was = median(spans.before)
    if not _is_worse(was, median(own.values()), _stray(spans.before, was), limits, sensitivity):
        return None
    usual = _usual(spans.before, limits)
    worse = [day for day, value in own.items() if (value < usual if limits.falls else value > usual)]
    if len(worse) < NEARLY_ALL * len(own):
        return None
    return Sign(measure, was, median(spans.recent.values()), min(worse), len(own), common)


def _own(value: float, common: float, limits: Limits) -> float:
    """What is left of a value without the change that all have."""
    if limits.in_shares:
        return value / (1 + common) if common > -1 else value
    return value - common


def _is_worse(was: float, is_now: float, stray: float, limits: Limits, sensitivity: float) -> bool:
    good, bad = (is_now, was) if limits.falls else (was, is_now)
    least = max(limits.trifle, STRAYING * stray) / sensitivity
    return bad - good > least and bad > good * (1 + (limits.factor - 1) / sensitivity)


def _stray(before: Sequence[float], middle: float) -> float:
    """How far a usual day is from the median: half of all days are nearer (MAD)."""
    return median(abs(value - middle) for value in before)


def _usual(before: Sequence[float], limits: Limits) -> float:
    """What three quarters of the days before were no worse than."""
    ordered = sorted(before, reverse=limits.falls)
    return ordered[min(len(ordered) - 1, (3 * len(ordered)) // 4)]
