"""The figures that follow from a ledger, each by its rule. They are made of sums of seconds, so those of a longer time
are the sums of its parts'."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from monitoring.domain.uptime.intervals import Span, clipped, disjoint, overlap_s
from monitoring.domain.uptime.months import window
from monitoring.domain.uptime.states import Excluded, Interval, State

# 23 CFR 680.116(b): fixed, leap year or not.
NEVI_MINUTES = 525_600
NEVI_TARGET = 97.0
# SI 2023/1168 reg. 7, for charge points of at least so many watts.
UK_TARGET = 99.0
UK_RAPID_W = 50_000


@dataclass(frozen=True, slots=True)
class Tally:
    """Seconds of a stretch of an EVSE's ledger; `+` joins two that do not overlap.

    `outage_s`: not shown to be up; `excluded_s`: that part of it for which a reason was approved, by reason.
    `reliable_s`, `unreliable_s`: up and down in opening hours, without what is unknown. `outages`: how many began.
    `by_cause`: all seconds, by "state:cause".
    """

    measured_s: int = 0
    outage_s: int = 0
    excluded_s: Mapping[str, int] = field(default_factory=dict)
    by_cause: Mapping[str, int] = field(default_factory=dict)
    reliable_s: int = 0
    unreliable_s: int = 0
    outages: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.measured_s + other.measured_s,
            self.outage_s + other.outage_s,
            _sum(self.excluded_s, other.excluded_s),
            _sum(self.by_cause, other.by_cause),
            self.reliable_s + other.reliable_s,
            self.unreliable_s + other.unreliable_s,
            self.outages + other.outages,
        )

    @property
    def all_excluded_s(self) -> int:
        return sum(self.excluded_s.values())

    @property
    def up_s(self) -> int:
        return self.measured_s - self.outage_s


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in sorted({*one, *other})}


def tally(
    intervals: Iterable[Interval],
    *,
    since: datetime,
    until: datetime,
    excluded: Sequence[Excluded] = (),
    open_hours: Sequence[Span] | None = None,
) -> Tally:
    """The sums of what lies from `since` until `until`. `open_hours`: spans apart from each other; None: always open.

    Exclusions count where there was outage, and each second once. An outage belongs to the stretch it begins in; one
    that changes its cause is still one.
    """
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    reasons = disjoint(excluded) if excluded else []
    by_cause: defaultdict[tuple[str, str], int] = defaultdict(int)
    by_reason: defaultdict[str, int] = defaultdict(int)
    reliable_s = unreliable_s = outages = 0
    out_until: datetime | None = None
    # A month of a network has millions of them.
    for begun, end, state, cause, *_ in intervals:
        is_out = state is not State.UP
        start, last = max(begun, since), min(end, until)
        if start < last:
            length = last - start
            seconds = length.days * 86_400 + length.seconds
            by_cause[state, cause] += seconds
            if state is not State.UNKNOWN:
                in_hours = seconds if open_hours is None else overlap_s(open_hours, start, last)
                reliable_s, unreliable_s = (
                    (reliable_s, unreliable_s + in_hours) if is_out else (reliable_s + in_hours, unreliable_s)
                )
            if is_out:
                outages += since <= begun and out_until != begun
                for part in reasons:
                    by_reason[part.reason] += overlap_s((part,), start, last)
        if is_out:
            out_until = end
    measured_s = sum(by_cause.values())
    return Tally(
        measured_s,
        measured_s - sum(seconds for (state, _), seconds in by_cause.items() if state is State.UP),
        {reason: seconds for reason, seconds in by_reason.items() if seconds},
        {f"{state}:{cause}": seconds for (state, cause), seconds in by_cause.items()},
        reliable_s,
        unreliable_s,
        outages,
    )


@dataclass(frozen=True, slots=True)
class Nevi:
    """Minutes, and µ in percent."""

    outage: float
    excluded: Mapping[str, float]
    uptime: float

    @property
    def all_excluded(self) -> float:
        return sum(self.excluded.values())

    @property
    def meets_target(self) -> bool:
        """23 CFR 680.116(b): greater than 97 percent."""
        return self.uptime > NEVI_TARGET


def nevi(intervals: Iterable[Interval], excluded: Sequence[Excluded] = (), *, month: date) -> Nevi:
    """µ of a port over the twelve months that end with `month` (its first day): 23 CFR 680.116(b).

    A port younger than that: what was before its first connection is no outage, and the denominator is the same. So a
    young port's figure is high; `availability` tells of the time that was measured.
    """
    since, until = window(month)
    return nevi_of(tally(intervals, since=since, until=until, excluded=excluded))


def nevi_of(sums: Tally) -> Nevi:
    """µ = (525600 − (T_outage − T_excluded)) / 525600 × 100, 23 CFR 680.116(b), of the sums of twelve months.

    Not below 0: in a leap year there are more minutes than that to be out in.
    """
    counted = (sums.outage_s - sums.all_excluded_s) / 60
    excluded = {reason: seconds / 60 for reason, seconds in sums.excluded_s.items()}
    return Nevi(sums.outage_s / 60, excluded, max(0.0, (NEVI_MINUTES - counted) / NEVI_MINUTES * 100))


def uk_reliability(sums: Tally) -> float | None:
    """R = reliable / (reliable + unreliable) in percent, of one charge point: SI 2023/1168 reg. 7.

    In opening hours; available, charging and reserved are reliable; inoperative and out of order are not; what is
    unknown leaves the measurement. None where nothing was measured.
    """
    measured_s = sums.reliable_s + sums.unreliable_s
    return sums.reliable_s / measured_s * 100 if measured_s else None


def uk_network(points: Iterable[Tally]) -> float | None:
    """The same of a network, given the calendar year of each rapid charge point (≥ 50 kW): their average, in percent.

    Each point counts the same; one of which nothing was measured does not count.
    """
    found = [share for sums in points if (share := uk_reliability(sums)) is not None]
    return sum(found) / len(found) if found else None


def availability(sums: Tally) -> float | None:
    """Plain availability in percent: time up of the time measured, nothing left out; None where nothing was."""
    return sums.up_s / sums.measured_s * 100 if sums.measured_s else None


def total(sums: Iterable[Tally]) -> Tally:
    """All of them together."""
    return sum(sums, Tally())


def share_of(intervals: Iterable[Interval], span: Span) -> float | None:
    """Plain availability of a time, from the ledger itself."""
    return availability(tally(clipped(intervals, *span), since=span.start, until=span.end))
