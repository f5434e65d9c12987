"""What a viewer sees of self-repair: its runs, and what they taught."""

from collections import defaultdict
from datetime import datetime

from django.db.models import Q, QuerySet

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from monitoring.domain.cures import Kind, Record, Told, records
from monitoring.domain.playbooks import STARTS, End, Result, Step
from monitoring.models import Alert, RepairRun, RepairStep
from stations.models import Site, Station
from stations.permissions import where_granted
from stations.selectors.search import containing

_TEXTS = ("station__identity", "site__name", "said")


def visible_runs(viewer: Viewer) -> QuerySet[RepairRun]:
    rows = RepairRun.objects.filter(site__in=where_granted(viewer, Permission.VIEW_NETWORK))
    return rows.select_related("station", "site", "evse", "incident", "started_by", "stopped_by", "work_order")


def find_runs(
    viewer: Viewer, *, text: str = "", state: str = "", site: Site | None = None, dry: str = ""
) -> QuerySet[RepairRun]:
    """Newest first. `dry`: yes or no."""
    rows = visible_runs(viewer)
    if text:
        rows = rows.filter(containing(RepairRun, _TEXTS, text))
    if state:
        rows = rows.filter(state=state)
    if site:
        rows = rows.filter(site=site)
    if dry:
        rows = rows.filter(is_dry=dry == "yes")
    return rows.order_by("-id")


def repairable(viewer: Viewer, station: Station) -> list[Alert]:
    """Alerts of a station that a run could be begun for, the gravest first."""
    sites = where_granted(viewer, Permission.VIEW_NETWORK)
    found = Alert.objects.filter(
        station=station, site__in=sites, rule__in=STARTS, resolved_at=None, raised_at__isnull=False
    )
    return list(found.select_related("evse", "station", "incident").order_by("severity", "id")[:20])


def learned(
    viewer: Viewer, *, since: datetime, organization_id: int | None = None, site: Site | None = None
) -> list[Record]:
    """What runs that ended since then taught, in two queries; dry runs teach nothing."""
    runs = RepairRun.objects.filter(
        site__in=where_granted(viewer, Permission.VIEW_NETWORK), is_dry=False, ended_at__gte=since
    ).filter(Q(organization=organization_id) if organization_id else Q())
    runs = runs.filter(site=site) if site else runs
    steps: dict[int, list[tuple[Step, Result]]] = defaultdict(list)
    for run, step, state in RepairStep.objects.filter(run__in=runs).values_list("run", "step", "state"):
        steps[run].append((Step(step), Result(state)))
    names = ("pk", "rule", "codes", "vendor", "model", "firmware", "state", "began_at", "ended_at")
    return records(
        Told(
            Kind(rule, codes[0] if codes else "", vendor, model, firmware),
            End(state),
            (ended - began).total_seconds() / 60,
            steps[pk],
        )
        for pk, rule, codes, vendor, model, firmware, state, began, ended in runs.values_list(*names)
    )
