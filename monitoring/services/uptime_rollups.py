"""Sums of ledgers by month. Each hour what happened since is added; a month of which something earlier changed is
worked out anew. Both give the same, since sums of a time are those of its parts (monitoring.domain.uptime.Tally)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import BigIntegerField, Func, Max, Min, Q
from django.utils import timezone

from monitoring.domain.uptime import (
    Cause,
    Excluded,
    Interval,
    State,
    Tally,
    month_end,
    month_of,
    months_between,
    tally,
)
from monitoring.domain.uptime.months import month_start
from monitoring.models import LedgerEntry, Port, PortMonth
from monitoring.selectors.excluded import Hours, excluded_of
from monitoring.selectors.uptime import tally_of
from stations.services.flush import insert_many, update_many

CHUNK = 500
_SUMS = ("measured_s", "outage_s", "excluded_s", "reliable_s", "unreliable_s", "outages", "excluded_by", "by_cause")
_STATES = {state.value: state for state in State}
_CAUSES = {cause.value: cause for cause in Cause}

T = TypeVar("T")


def touch(evse_ids: Collection[int], since: datetime, until: datetime) -> int:
    """Exclusions or opening hours of these ports changed in this time: their months are worked out anew at the next
    roll-up. Returns how many months. Call it in the transaction of the change."""
    months = PortMonth.objects.filter(month__gte=month_of(since), month__lte=month_of(until), through__gt=since)
    return months.filter(port__in=evse_ids).update(is_due=True)


def roll_up(*, now: datetime | None = None) -> int:
    """Bring all months up to `now` (whole seconds); how many rows changed."""
    now = (now or timezone.now()).replace(microsecond=0)
    changed = 0
    for ids in _chunks(list(_waiting(now)), CHUNK):
        with transaction.atomic():
            changed += _bring_up(ids, now)
    return changed


def bring_up(port_ids: Collection[int], *, now: datetime | None = None) -> int:
    """The same for a few ports at once: somebody waits for what they changed. How many rows changed."""
    now = (now or timezone.now()).replace(microsecond=0)
    with transaction.atomic():
        return _bring_up(list(port_ids), now) if port_ids else 0


def _waiting(now: datetime) -> list[int]:
    """Ports whose sums do not reach up to now, or to their end."""
    ports = Port.objects.filter(commissioned_at__lt=now)
    over = Q(removed_at__isnull=False, removed_at__lt=month_start(month_of(now)))
    done = over & ~Q(months__is_due=True) & Q(months__isnull=False)
    return list(
        ports.exclude(pk__in=Port.objects.filter(done).values("pk")).order_by("pk").values_list("pk", flat=True)
    )


def _bring_up(port_ids: Sequence[int], now: datetime) -> int:
    """All months of some ports. Locked, so that a change of their ledgers meanwhile is dealt with before or after."""
    locked = Port.objects.select_for_update().filter(pk__in=port_ids).order_by("pk")
    ports = list(locked.only("site_id", "commissioned_at", "removed_at"))
    extent = {
        pk: (first, last)
        for pk, first, last in PortMonth.objects.filter(port__in=port_ids)
        .order_by()
        .values("port")
        .annotate(first=Min("month"), last=Max("month"))
        .values_list("port", "first", "last")
    }
    recent = min((last for _, last in extent.values()), default=month_of(now))
    known: dict[int, dict[date, PortMonth]] = defaultdict(dict)
    for row in PortMonth.objects.filter(Q(is_due=True) | Q(month__gte=recent), port__in=port_ids):
        known[row.port_id][row.month] = row
    plans = [plan for port in ports for plan in _plans(port, known[port.pk], extent.get(port.pk), now)]
    # Of most only the last hour is asked: those that are worked out anew would have their months read for all.
    for is_anew in (False, True):
        _work_out([plan for plan in plans if plan.is_anew is is_anew])
    insert_many([plan.row for plan in plans if plan.row.pk is None])
    update_many([plan.row for plan in plans if plan.row.pk is not None], ["through", "is_due", *_SUMS])
    return len(plans)


def _work_out(plans: Sequence["_Plan"]) -> None:
    """Put the sums into the rows."""
    if not plans:
        return
    since, until = min(plan.since for plan in plans), max(plan.until for plan in plans)
    ports = {plan.port.pk: plan.port for plan in plans}
    ledgers = current_ledgers(ports, since, until)
    hours = Hours()
    # The others have nothing to exclude.
    with_outage = [ports[pk] for pk, found in ledgers.items() if any(interval.is_outage for interval in found)]
    reasons = excluded_of(with_outage, since=since, until=until, hours=hours) if with_outage else {}
    for plan in plans:
        plan.work_out(ledgers.get(plan.port.pk, []), reasons.get(plan.port.pk, ()), hours)


class _Plan:
    """One row that is to reach up to `until`: what is added to it begins at `since`."""

    def __init__(self, port: Port, row: PortMonth, until: datetime, *, begun: datetime) -> None:
        self.port, self.row, self.until = port, row, until
        self.is_anew = row.pk is None or row.is_due
        self.since = max(month_start(row.month), begun) if self.is_anew else row.through
        self.before = Tally() if self.is_anew else tally_of(row)

    def work_out(self, intervals: Sequence[Interval], excluded: Sequence[Excluded], hours: Hours) -> None:
        """Put the sums into the row."""
        open_hours = hours.of(self.port.site_id, self.since, self.until)
        added = tally(intervals, since=self.since, until=self.until, excluded=excluded, open_hours=open_hours)
        sums = self.before + added if self.before.measured_s else added
        row = self.row
        row.measured_s, row.outage_s, row.excluded_s = sums.measured_s, sums.outage_s, sums.all_excluded_s
        row.reliable_s, row.unreliable_s, row.outages = sums.reliable_s, sums.unreliable_s, sums.outages
        row.excluded_by, row.by_cause = dict(sums.excluded_s), dict(sums.by_cause)
        row.through, row.is_due = self.until, False


def _plans(
    port: Port, known: Mapping[date, PortMonth], extent: tuple[date, date] | None, now: datetime
) -> Iterator[_Plan]:
    """The rows of a port that are due, unfinished or missing: after the last one, and before the first where it turned
    out to be older. `extent`: the months of the first and the last."""
    begun, end = port.commissioned_at, min(now, port.removed_at or now)
    if begun is None:
        return
    months = {row.month for row in known.values() if row.is_due}
    months |= {m for m in months_between(begun, end) if extent is None or not extent[0] <= m < extent[1]}
    for month in sorted(months):
        row = known.get(month) or PortMonth(port=port, month=month, through=month_start(month))
        until = min(month_end(month), end)
        if until > begun and (row.is_due or row.pk is None or row.through < until):
            yield _Plan(port, row, until, begun=begun)


class _Epoch(Func):
    """An instant as whole seconds since 1970: numbers are read from the database ten times as fast as times are."""

    output_field = BigIntegerField()
    template = "CAST(EXTRACT(EPOCH FROM %(expressions)s) AS BIGINT)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)")


def current_ledgers(port_ids: Iterable[int], since: datetime, until: datetime) -> dict[int, list[Interval]]:
    """The current entries of some ports in a time. Tuples, not rows of the model: there may be millions."""
    entries = LedgerEntry.objects.filter(port__in=list(port_ids), replaced_at=None, start__lt=until)
    # What ended just then is the beginning of an outage that goes on.
    entries = entries.filter(Q(end=None) | Q(end__gte=since))
    rows = entries.order_by().values_list("port", _Epoch("start"), _Epoch("end"), "state", "cause")
    found: dict[int, list[Interval]] = defaultdict(list)
    for port_id, start_s, end_s, state, cause in rows.iterator(chunk_size=20_000):
        start, end = datetime.fromtimestamp(start_s, UTC), datetime.fromtimestamp(end_s, UTC) if end_s else until
        found[port_id].append(Interval(start, end, _STATES[state], _CAUSES[cause]))
    for intervals in found.values():
        intervals.sort(key=itemgetter(0))
    return found


def rebuild(port_ids: Collection[int] | None = None, *, now: datetime | None = None) -> int:
    """Work out all months anew; how many rows that makes."""
    rows = PortMonth.objects.all() if port_ids is None else PortMonth.objects.filter(port__in=port_ids)
    with transaction.atomic():
        rows.update(is_due=True)
    return roll_up(now=now)


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
