"""What a viewer sees of network tests."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from monitoring.domain.network_test import Change, Outcome, compare
from monitoring.models import NetworkTestPlan, NetworkTestResult, NetworkTestRun
from stations.permissions import organization_ids_granting, where_granted

State = NetworkTestResult.State
_OPEN = (State.WAITING, State.RUNNING)


def visible_runs(viewer: Viewer) -> QuerySet[NetworkTestRun]:
    """Runs of the viewer's organizations, newest first; of each its results are those of sites the viewer sees."""
    organizations = organization_ids_granting(viewer, Permission.VIEW_NETWORK)
    runs = NetworkTestRun.objects.filter(organization__in=organizations).select_related("created_by", "organization")
    return runs.order_by("-id")


def with_counts(viewer: Viewer, runs: QuerySet[NetworkTestRun]) -> QuerySet[NetworkTestRun]:
    """The same, with how many results of each there are."""
    seen = Q(results__station__site__in=where_granted(viewer, Permission.VIEW_NETWORK))
    return runs.annotate(
        total=Count("results", filter=seen),
        left=Count("results", filter=seen & Q(results__state__in=_OPEN)),
        passed=Count("results", filter=seen & Q(results__state=State.PASSED)),
        failed=Count("results", filter=seen & Q(results__state=State.FAILED)),
        offline=Count("results", filter=seen & Q(results__state=State.OFFLINE)),
    )


def visible_plans(viewer: Viewer) -> QuerySet[NetworkTestPlan]:
    organizations = organization_ids_granting(viewer, Permission.VIEW_NETWORK)
    return NetworkTestPlan.objects.filter(organization__in=organizations).select_related("created_by")


def visible_results(viewer: Viewer, run: NetworkTestRun) -> QuerySet[NetworkTestResult]:
    """A run's results at the sites the viewer sees."""
    sites = where_granted(viewer, Permission.VIEW_NETWORK)
    found = NetworkTestResult.objects.filter(run=run, station__site__in=sites)
    return found.select_related("station__site").order_by("station__identity", "id")


@dataclass(frozen=True, slots=True)
class Compared:
    """A result, and how it fared against the run before; None while it is not over."""

    result: NetworkTestResult
    change: Change | None


def compared(run: NetworkTestRun, results: Sequence[NetworkTestResult]) -> list[Compared]:
    """These results of a run beside those of the run before."""
    stations = [result.station_id for result in results]
    over = NetworkTestResult.objects.exclude(state__in=(*_OPEN, State.CANCELLED))
    before = (
        {r.station_id: r for r in over.filter(run=run.previous_id, station__in=stations)} if run.previous_id else {}
    )
    return [Compared(result, _change(before.get(result.station_id), result)) for result in results]


def _change(before: NetworkTestResult | None, after: NetworkTestResult) -> Change | None:
    if after.state in (*_OPEN, State.CANCELLED):
        return None
    return compare(_outcome(before) if before else None, _outcome(after))


def _outcome(result: NetworkTestResult) -> Outcome:
    return Outcome(result.state == State.PASSED, (result.ping_ms, result.answer_ms, result.arrival_ms))


def tally(rows: Sequence[Compared]) -> Counter[Change]:
    """How many fared how."""
    return Counter(row.change for row in rows if row.change is not None)
