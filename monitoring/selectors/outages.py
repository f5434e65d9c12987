"""Ports' time as it is drawn and listed: intervals, outages, and what of them is excluded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet, Sum

from monitoring.domain.uptime import (
    Cause,
    Excluded,
    Interval,
    Reason,
    Tally,
    availability,
    clipped,
    disjoint,
    next_month,
    tally,
    uk_reliability,
)
from monitoring.models import Port, PortMonth
from monitoring.selectors.excluded import Hours
from monitoring.selectors.exclusions import approved_of
from monitoring.selectors.ledgers import ledgers
from stations.models import Evse


@dataclass(frozen=True, slots=True)
class Outage:
    """`cause`: what it was for the longest part of it. `lasts`: it reaches to the end of what was asked for."""

    start: datetime
    end: datetime
    cause: Cause
    detail: str
    excluded_s: float
    lasts: bool

    @property
    def minutes(self) -> float:
        return (self.end - self.start).total_seconds() / 60

    @property
    def excluded_minutes(self) -> float:
        return self.excluded_s / 60


@dataclass(frozen=True, slots=True)
class Stretch:
    """What happened to a port from `since` until `until`, without a gap where it was measured, and what is excluded
    (approved exclusions and closed hours, none twice)."""

    since: datetime
    until: datetime
    intervals: Sequence[Interval]
    excluded: Sequence[Excluded]

    @property
    def outages(self) -> list[Outage]:
        """In order; one that changes its cause is still one."""
        found: list[list[Interval]] = []
        for interval in self.intervals:
            if not interval.is_outage:
                continue
            if found and found[-1][-1].end == interval.start:
                found[-1].append(interval)
            else:
                found.append([interval])
        return [self._outage(parts) for parts in found]

    def _outage(self, parts: list[Interval]) -> Outage:
        start, end = parts[0].start, parts[-1].end
        longest = max(parts, key=lambda part: part.seconds)
        seconds = sum((part.end - part.start).total_seconds() for part in clipped(self.excluded, start, end))
        return Outage(start, end, longest.cause, longest.detail, seconds, end >= self.until)

    def minutes_of(self, since: datetime, until: datetime) -> tuple[float, float]:
        """Minutes of outage between two instants, and those of them that are excluded."""
        sums = tally(self.intervals, since=since, until=until, excluded=self.excluded)
        return sums.outage_s / 60, sums.all_excluded_s / 60


def stretches(
    evses: Sequence[Evse], *, since: datetime, until: datetime, as_of: datetime | None = None
) -> Mapping[int, Stretch]:
    """By EVSE, each with its station and site; in two queries."""
    intervals = ledgers([evse.pk for evse in evses], since=since, until=until, as_of=as_of)
    approved = approved_of(evses, since=since, until=until, as_of=as_of)
    hours = Hours()
    found = {}
    for evse in evses:
        claimed = [Excluded(row.start, row.end, Reason(row.reason)) for row in approved[evse.pk]]
        closed = hours.closed(evse.station.site_id, since, until)
        excluded = disjoint(clipped([*claimed, *closed], since, until))
        found[evse.pk] = Stretch(since, until, intervals.get(evse.pk, []), excluded)
    return found


def would_exclude(evses: Sequence[Evse], start: datetime, end: datetime) -> Mapping[int, float]:
    """Minutes of outage between two instants that nothing excludes yet, by EVSE: what an exclusion would change."""
    found = stretches(evses, since=start, until=end)
    minutes = {pk: stretch.minutes_of(start, end) for pk, stretch in found.items()}
    return {pk: outage - excluded for pk, (outage, excluded) in minutes.items()}


@dataclass(frozen=True, slots=True)
class MonthSums:
    """Of all ports asked for together."""

    month: date
    sums: Tally

    @property
    def availability(self) -> float | None:
        return availability(self.sums)

    @property
    def net(self) -> float | None:
        """Percent of the time measured, with what is excluded counted as up: µ's arithmetic for one month."""
        lost = self.sums.outage_s - self.sums.all_excluded_s
        return (self.sums.measured_s - lost) / self.sums.measured_s * 100 if self.sums.measured_s else None

    @property
    def reliability(self) -> float | None:
        return uk_reliability(self.sums)


def trend(ports: QuerySet[Port], *, until: date, months: int = 12) -> list[MonthSums]:
    """So many months up to `until`, each for itself; in one query. `ports` are chosen by what the viewer sees."""
    first = next_month(until, 1 - months)
    rows = (
        PortMonth.objects.filter(port__in=ports.order_by().values("pk"), month__gte=first, month__lte=until)
        .order_by()
        .values("month")
        .annotate(
            measured=Sum("measured_s"),
            outage=Sum("outage_s"),
            excluded=Sum("excluded_s"),
            reliable=Sum("reliable_s"),
            unreliable=Sum("unreliable_s"),
        )
    )
    told = {
        row["month"]: Tally(
            measured_s=row["measured"],
            outage_s=row["outage"],
            excluded_s={"all": row["excluded"]},
            reliable_s=row["reliable"],
            unreliable_s=row["unreliable"],
        )
        for row in rows
    }
    every = [next_month(first, number) for number in range(months)]
    return [MonthSums(month, told.get(month, Tally())) for month in every]
