"""What the pages of stations, sites and incidents say of maintenance, and what drivers are told."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from drivers.domain.roles import Permission
from monitoring.models import PlanStation, WorkOrder
from monitoring.selectors.incidents import visible_incidents
from monitoring.selectors.windows import announced_to_drivers, next_of_site, next_of_station
from monitoring.selectors.work_orders import OPEN, visible_work_orders
from monitoring.views import maintenance_wording as wording
from stations.permissions import may, organization_ids_granting
from stations.selectors import visible_sites, visible_stations
from stations.views.pages import ConsoleRequest, console
from stations.views.wording import Word

FEW = 5


@console
def of_station(request: ConsoleRequest, identity: str) -> HttpResponse:
    """Open work orders, plans and windows of a station."""
    station = get_object_or_404(visible_stations(request.user).select_related("site"), identity=identity)
    now = timezone.now()
    orders = visible_work_orders(request.user).filter(station=station, state__in=OPEN)
    plans = PlanStation.objects.filter(station=station, plan__is_active=True).select_related("plan")
    inspection = station.inspections.order_by("-finished_at").first()
    context = {
        "site": station.site,
        "station": station,
        "orders": _with_states(orders),
        "windows": [(w, wording.window_state(w, now)) for w in next_of_station(station.pk, station.site_id, now=now)],
        "plans": list(plans.order_by("-share")[:FEW]),
        "inspection": inspection,
        "may_maintain": may(request.user, Permission.MAINTAIN, station.site),
    }
    return render(request, "monitoring/maintenance.html", context)


@console
def of_site(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Open work orders and windows of a site."""
    site = get_object_or_404(visible_sites(request.user), pk=pk)
    now = timezone.now()
    orders = visible_work_orders(request.user).filter(site=site, state__in=OPEN)
    context = {
        "site": site,
        "station": None,
        "orders": _with_states(orders),
        "windows": [(window, wording.window_state(window, now)) for window in next_of_site(site.pk, now=now)],
        "plans": [],
        "inspection": None,
        "may_maintain": may(request.user, Permission.MAINTAIN, site),
    }
    return render(request, "monitoring/maintenance.html", context)


def _with_states(orders: QuerySet[WorkOrder]) -> list[tuple[WorkOrder, Word]]:
    now = timezone.now()
    rows = orders.select_related("assigned_to", "station")[:FEW]
    return [(row, wording.state_of(row, is_overdue=row.is_overdue(now))) for row in rows]


@console
def of_incident(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The work orders of an incident, and the button for another."""
    incident = get_object_or_404(visible_incidents(request.user), pk=pk)
    # Nobody can be sent to an incident of Busbar itself.
    has_place = incident.site_id is not None or incident.alerts.exclude(site=None).exists()
    context = {
        "incident": incident,
        "orders": _with_states(visible_work_orders(request.user).filter(incident=pk)),
        "may_maintain": has_place and bool(organization_ids_granting(request.user, Permission.MAINTAIN)),
    }
    return render(request, "monitoring/incident_work_orders.html", context)


def public_site(request: HttpRequest, pk: int) -> HttpResponse:
    """What drivers are told: no account, nothing but titles and times."""
    now = timezone.now()
    windows = announced_to_drivers(pk, now=now)
    return render(request, "monitoring/public_maintenance.html", {"windows": windows, "now": now})
