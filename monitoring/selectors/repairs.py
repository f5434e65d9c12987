"""Repairs by model: how often EVSEs fail, how long that lasts, what was found and what helped."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from monitoring.domain.repairs import Failure, Reliability, Watched, reliability
from monitoring.domain.uptime import Cause, State
from monitoring.models import Alert, LedgerEntry, WorkOrder
from stations.models import Evse
from stations.permissions import where_granted

# What is wrong with the station itself: no silence, nobody's order.
FAILURES = (Cause.FAULT, Cause.CANNOT_CHARGE, Cause.LOW_POWER)
Model = tuple[str, str]


@dataclass(slots=True)
class ModelRow:
    """A vendor's model. `longest_mtbf` and `longest_mttr` of the table: what bars are drawn against."""

    vendor: str
    model: str
    figures: Reliability
    orders: int = 0
    minutes: float | None = None
    found: list[tuple[str, int]] = field(default_factory=list)
    cured: list[tuple[str, int]] = field(default_factory=list)


def by_model(viewer: Viewer, *, since: datetime, until: datetime) -> list[ModelRow]:
    """Models by their number of failures, in five queries."""
    sites = where_granted(viewer, Permission.VIEW_NETWORK)
    names = ("pk", "station__vendor", "station__model", "port__commissioned_at", "port__removed_at")
    evses = list(Evse.objects.filter(station__site__in=sites).values_list(*names))
    failures: dict[int, list[Failure]] = defaultdict(list)
    rows = LedgerEntry.objects.filter(
        Q(end=None) | Q(end__gt=since),
        port__site__in=sites,
        replaced_at=None,
        state=State.DOWN,
        cause__in=FAILURES,
        start__lt=until,
    )
    for port, start, end in rows.values_list("port", "start", "end").iterator():
        failures[port].append(Failure(start, end))
    grouped: dict[Model, list[Watched]] = defaultdict(list)
    for pk, vendor, model, commissioned_at, removed_at in evses:
        grouped[vendor, model].append(Watched(commissioned_at, removed_at, failures.get(pk, ())))
    found = {
        key: ModelRow(*key, figures=reliability(of_evses, since=since, until=until))
        for key, of_evses in grouped.items()
    }
    _add_orders(found, viewer, since, until)
    return sorted(found.values(), key=lambda row: (-row.figures.failures, row.vendor, row.model))


def _add_orders(found: dict[Model, ModelRow], viewer: Viewer, since: datetime, until: datetime) -> None:
    orders = WorkOrder.objects.filter(
        site__in=where_granted(viewer, Permission.VIEW_NETWORK),
        state=WorkOrder.State.DONE,
        finished_at__gte=since,
        finished_at__lt=until,
        station__isnull=False,
    ).exclude(origin=WorkOrder.Origin.PLAN)
    minutes: dict[Model, list[int]] = defaultdict(list)
    words: dict[str, dict[Model, Counter[str]]] = {"found": defaultdict(Counter), "cured": defaultdict(Counter)}
    names = ("station__vendor", "station__model", "spent_minutes", "found", "cured")
    for vendor, model, spent, was, helped in orders.values_list(*names):
        row = found.get((vendor, model))
        if row is None:
            continue
        row.orders += 1
        if spent is not None:
            minutes[vendor, model].append(spent)
        for name, value in (("found", was), ("cured", helped)):
            if value:
                words[name][vendor, model][value] += 1
    for key, row in found.items():
        row.minutes = sum(minutes[key]) / len(minutes[key]) if minutes[key] else None
        row.found = words["found"][key].most_common(3)
        row.cured = words["cured"][key].most_common(3)


def open_signs(viewer: Viewer) -> list[Alert]:
    """Early signs that last, the latest first."""
    rows = Alert.objects.filter(
        rule="early_signs", resolved_at=None, site__in=where_granted(viewer, Permission.VIEW_NETWORK)
    )
    return list(rows.select_related("station", "site").order_by("-began_at")[:50])
