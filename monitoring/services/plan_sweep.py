"""How far stations are from due, reckoned once an hour, and the work orders of those that soon are."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet, Sum
from django.utils import timezone

from drivers.domain.phrases import english
from monitoring.domain.plans import Progress, by_calendar, by_use, is_to_be_made
from monitoring.models import MaintenancePlan, PlanStation, WorkOrder
from monitoring.services.work_orders import OPEN, open_work_order
from stations.models import EvseRollup, Station
from stations.models.rollup import Rollup

EVERY = timedelta(hours=1)
CHUNK = 500
_M = MaintenancePlan.Measure
_SUMS = {_M.ENERGY: ("energy_wh", 1000), _M.SESSIONS: ("sessions", 1), _M.HOURS: ("occupied_s", 3600)}


def sweep(*, now: datetime | None = None) -> int:
    """Reckon the plans that are due. How many work orders it made."""
    now = now or timezone.now()
    plans = MaintenancePlan.objects.filter(due_at__lte=now, is_active=True).select_related("site")
    return sum(_reckon(plan, now) for plan in plans[:50])


def _reckon(plan: MaintenancePlan, now: datetime) -> int:
    with transaction.atomic():
        claimed = MaintenancePlan.objects.filter(pk=plan.pk, due_at=plan.due_at).update(due_at=now + EVERY)
    if not claimed:
        return 0
    stations = meant(plan)
    made, last = 0, 0
    while chunk := list(stations.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = chunk[-1].pk
        made += _reckon_some(plan, chunk, now)
    with transaction.atomic():
        PlanStation.objects.filter(plan=plan).exclude(station__in=stations).delete()
    return made


def meant(plan: MaintenancePlan) -> QuerySet[Station]:
    """The stations of a plan."""
    rows = Station.objects.filter(site__organization=plan.organization_id, quarantined_at=None).select_related("site")
    if plan.site_id:
        rows = rows.filter(site=plan.site_id)
    if plan.vendor:
        rows = rows.filter(vendor__iexact=plan.vendor)
    if plan.model:
        rows = rows.filter(model__iexact=plan.model)
    chosen = list(plan.stations.values_list("pk", flat=True))
    return rows.filter(pk__in=chosen) if chosen else rows


def _reckon_some(plan: MaintenancePlan, stations: Sequence[Station], now: datetime) -> int:
    ids = [station.pk for station in stations]
    orders = WorkOrder.objects.filter(plan=plan, station__in=ids)
    done = dict(
        orders.filter(state=WorkOrder.State.DONE)
        .values("station")
        .annotate(at=Max("finished_at"))
        .values_list("station", "at")
    )
    is_open = set(orders.filter(state__in=OPEN).values_list("station", flat=True))
    since = {station.pk: max(done.get(station.pk) or plan.counted_from, plan.counted_from) for station in stations}
    used = _used(plan, since)
    found = {pk: _progress(plan, since[pk], used.get(pk, 0.0), now) for pk in ids}
    rows = [
        PlanStation(
            plan=plan,
            station=station,
            counted_from=since[station.pk],
            done_at=done.get(station.pk),
            used=found[station.pk].used,
            share=found[station.pk].share,
            expected_at=found[station.pk].expected_at,
            reckoned_at=now,
        )
        for station in stations
    ]
    with transaction.atomic():
        PlanStation.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["plan", "station"],
            update_fields=["counted_from", "done_at", "used", "share", "expected_at", "reckoned_at"],
        )
    lead = timedelta(days=plan.lead_days)
    wanted = [s for s in stations if s.pk not in is_open and is_to_be_made(found[s.pk], lead=lead, now=now)]
    return sum(_make(plan, station, found[station.pk], now) for station in wanted)


def _progress(plan: MaintenancePlan, since: datetime, used: float, now: datetime) -> Progress:
    if plan.measure == _M.MONTHS:
        return by_calendar(counted_from=since, every=plan.every, now=now)
    return by_use(counted_from=since, every=plan.every, used=used, now=now)


def _used(plan: MaintenancePlan, since: Mapping[int, datetime]) -> dict[int, float]:
    """By station, what its EVSEs delivered since: days as a whole, so the day of the last time counts in part twice."""
    if plan.measure == _M.MONTHS:
        return {}
    column, unit = _SUMS[_M(plan.measure)]
    used: dict[int, float] = {}
    by_start: dict[datetime, list[int]] = {}
    for pk, start in since.items():
        by_start.setdefault(start, []).append(pk)
    for start, ids in by_start.items():
        rows = EvseRollup.objects.filter(evse__station__in=ids, interval=Rollup.Interval.DAY, start__gte=start)
        for pk, total in rows.values_list("evse__station").annotate(total=Sum(column)):
            used[pk] = (total or 0) / unit
    return used


def _make(plan: MaintenancePlan, station: Station, progress: Progress, now: datetime) -> int:
    try:
        open_work_order(
            site=station.site,
            station=station,
            title=plan.title,
            description=plan.description,
            origin=WorkOrder.Origin.PLAN,
            plan=plan,
            evidence={"said": [_said(plan, progress)]},
            due_at=max(progress.expected_at or now, now + timedelta(days=1)),
        )
    except IntegrityError:
        # Another process made it: one is open for each plan and station, never two.
        return 0
    return 1


def _said(plan: MaintenancePlan, progress: Progress) -> str:
    used = f"{progress.used:.1f}" if progress.used < 100 else f"{progress.used:.0f}"
    texts = {
        _M.MONTHS: english("%(used)s of %(every)s months have passed.", used=used, every=plan.every),
        _M.ENERGY: english("%(used)s of %(every)s kWh were delivered.", used=used, every=plan.every),
        _M.SESSIONS: english("%(used)s of %(every)s plug cycles are over.", used=used, every=plan.every),
        _M.HOURS: english("%(used)s of %(every)s hours in use are over.", used=used, every=plan.every),
    }
    return texts[_M(plan.measure)]
