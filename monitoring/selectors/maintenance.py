"""What maintenance there is: windows, work orders, what they cost. For other parts of monitoring: no viewer asks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Least

from monitoring.models import MaintenanceWindow, WorkOrder
from stations.models import Station


@dataclass(frozen=True, slots=True)
class WindowSpan:
    """A window as one station saw it: from its start to its end, or to when somebody ended it early."""

    window_id: int
    station_id: int
    site_id: int
    start: datetime
    end: datetime
    title: str
    announced_at: datetime


@dataclass(frozen=True, slots=True)
class Cost:
    """A finished work order with what it cost, in minor units of `currency`."""

    work_order_id: int
    site_id: int
    station_id: int | None
    finished_at: datetime
    cost_minor: int
    currency: str
    origin: str


def windows_that_count() -> "QuerySet[Any]":
    """Those that were not called off; `over_at`: when each ended or is to end."""
    rows = MaintenanceWindow.objects.filter(cancelled_at=None)
    return rows.annotate(over_at=Least("ends_at", Coalesce("ended_at", "ends_at"))).filter(over_at__gt=F("starts_at"))


def under_maintenance(station_ids: Collection[int], at: datetime) -> set[int]:
    """Those of the stations that are in a window at that moment."""
    spans = windows_between(station_ids, at, at)
    return {span.station_id for span in spans if span.start <= at < span.end}


def windows_between(station_ids: Collection[int], since: datetime, until: datetime) -> list[WindowSpan]:
    """The windows of these stations that reach into this time, by start; one for each station and window."""
    if not station_ids:
        return []
    windows = list(windows_that_count().filter(starts_at__lte=until, ends_at__gt=since).prefetch_related("stations"))
    windows = [window for window in windows if window.over_at > since]
    if not windows:
        return []
    sites = {window.site_id for window in windows}
    by_site: dict[int, list[int]] = {}
    for pk, site in Station.objects.filter(site__in=sites, pk__in=list(station_ids)).values_list("pk", "site"):
        by_site.setdefault(site, []).append(pk)
    spans = [
        WindowSpan(window.pk, pk, window.site_id, window.starts_at, window.over_at, window.title, window.created_at)
        for window in windows
        for pk in _meant(window, by_site.get(window.site_id, ()))
    ]
    return sorted(spans, key=lambda span: (span.start, span.window_id, span.station_id))


def costs(site_ids: Collection[int], since: datetime, until: datetime) -> list[Cost]:
    """What work orders that were finished from `since` on and before `until` cost, by when they were finished."""
    rows = WorkOrder.objects.filter(
        site__in=list(site_ids),
        state=WorkOrder.State.DONE,
        finished_at__gte=since,
        finished_at__lt=until,
        cost_minor__isnull=False,
    ).order_by("finished_at", "id")
    names = ("pk", "site_id", "station_id", "finished_at", "cost_minor", "currency", "origin")
    return [Cost(*row) for row in rows.values_list(*names)]


def _meant(window: Any, stations: Sequence[int]) -> list[int]:
    chosen = {station.pk for station in window.stations.all()}
    return [pk for pk in stations if not chosen or pk in chosen]


def of_station(station_id: int, site_id: int) -> Q:
    """The windows that a station is in: those of its whole site, and those that name it."""
    return Q(site=site_id) & (Q(stations=None) | Q(stations=station_id))
