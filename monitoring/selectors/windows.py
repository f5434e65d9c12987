"""Maintenance windows as a viewer sees them, and as drivers do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from monitoring.models import MaintenanceWindow, WindowStation
from monitoring.selectors.maintenance import of_station, windows_that_count
from stations.models import Site
from stations.permissions import where_granted
from stations.selectors.search import containing

# Drivers are told so long before.
ANNOUNCED = timedelta(days=14)
_State = WindowStation.State


@dataclass(frozen=True, slots=True)
class Progress:
    """How many EVSEs a window concerns, how many are out because of it, and how many are back."""

    total: int
    out: int
    waiting: int
    back: int


def visible_windows(viewer: Viewer) -> QuerySet[MaintenanceWindow]:
    rows = MaintenanceWindow.objects.filter(site__in=where_granted(viewer, Permission.VIEW_NETWORK))
    return rows.select_related("site", "created_by")


def find_windows(
    viewer: Viewer, *, now: datetime, text: str = "", when: str = "", site: Site | None = None
) -> QuerySet[MaintenanceWindow]:
    """By their start, latest first. `when`: past, all; else those that are on or to come."""
    rows = visible_windows(viewer)
    is_over = Q(ends_at__lte=now) | Q(cancelled_at__isnull=False) | Q(ended_at__isnull=False)
    if when == "past":
        rows = rows.filter(is_over)
    elif when != "all":
        rows = rows.exclude(is_over)
    if text:
        rows = rows.filter(containing(MaintenanceWindow, ("title", "site__name", "site__city"), text))
    if site:
        rows = rows.filter(site=site)
    return rows.order_by("-starts_at", "-id")


def progress_of(rows: Sequence[WindowStation]) -> Progress:
    states = [row.state for row in rows]
    return Progress(
        total=len(states),
        out=sum(state in (_State.OUT, _State.RESTORING) for state in states),
        waiting=sum(state in (_State.WAITING, _State.ASKED) for state in states),
        back=sum(state in (_State.BACK, _State.SPARED, _State.LEFT) for state in states),
    )


def next_of_station(station_id: int, site_id: int, *, now: datetime) -> list[MaintenanceWindow]:
    """The windows of a station that are on or to come, the first ones."""
    rows = windows_that_count().filter(of_station(station_id, site_id), over_at__gt=now)
    return list(rows.order_by("starts_at", "id").distinct()[:3])


def next_of_site(site_id: int, *, now: datetime) -> list[MaintenanceWindow]:
    rows = windows_that_count().filter(site=site_id, over_at__gt=now)
    return list(rows.order_by("starts_at", "id")[:3])


def announced_to_drivers(site_id: int, *, now: datetime) -> list[MaintenanceWindow]:
    """What the public page of a site says: windows that are on, or begin within two weeks."""
    rows = windows_that_count().filter(site=site_id, over_at__gt=now, starts_at__lt=now + ANNOUNCED)
    return list(
        rows.filter(site__is_public=True, site__is_active=True).select_related("site").order_by("starts_at")[:3]
    )
