"""Repairs by model, and the early signs that propose work."""

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from drivers.domain.roles import Permission
from monitoring.models import Alert, WorkOrder
from monitoring.selectors.repairs import ModelRow, by_model, open_signs
from monitoring.services.work_orders import order_of_signs
from stations.permissions import organization_ids_granting, require, where_granted
from stations.views.pages import ConsoleRequest, console, render_page

WINDOW = timedelta(days=90)


@console
@require_GET
def page(request: ConsoleRequest) -> HttpResponse:
    """MTTR and MTBF of each model in the last 90 days, and stations that grow worse."""
    now = timezone.now()
    rows = by_model(request.user, since=now - WINDOW, until=now)
    longest = max((row.figures.mttr for row in rows if row.figures.mttr), default=timedelta(1))
    best = max((row.figures.mtbf for row in rows if row.figures.mtbf), default=timedelta(1))
    context = {
        "rows": [_shown(row, longest, best) for row in rows],
        "signs": open_signs(request.user),
        "may_maintain": bool(organization_ids_granting(request.user, Permission.MAINTAIN)),
    }
    return render_page(request, "monitoring/repairs.html", context)


def _shown(row: ModelRow, longest: timedelta, best: timedelta) -> dict[str, object]:
    figures = row.figures
    return {
        "row": row,
        "mttr_h": figures.mttr / timedelta(hours=1) if figures.mttr is not None else None,
        "mtbf_d": figures.mtbf / timedelta(days=1) if figures.mtbf is not None else None,
        "mttr_share": figures.mttr / longest if figures.mttr is not None else None,
        "mtbf_share": figures.mtbf / best if figures.mtbf is not None else None,
        "found": [(WorkOrder.Found(value).label, count) for value, count in row.found],
        "cured": [(WorkOrder.Cured(value).label, count) for value, count in row.cured],
    }


@console
@require_POST
def from_signs(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Make a work order of early signs, with the evidence."""
    rows = Alert.objects.filter(rule="early_signs", site__in=where_granted(request.user, Permission.VIEW_NETWORK))
    alert = get_object_or_404(rows.select_related("site", "station__site"), pk=pk)
    site = alert.station.site if alert.station else alert.site
    if site is None:
        raise Http404
    require(request.user, Permission.MAINTAIN, site)
    return redirect("monitoring:work-order", order_of_signs(alert=alert, by=request.user).pk)
