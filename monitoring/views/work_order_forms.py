"""Making a work order, and changing what it asks for."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from monitoring.forms.work_orders import WorkOrderForm, people_of
from monitoring.models import Incident, WorkOrder
from monitoring.selectors.work_orders import workers
from monitoring.services import work_orders
from monitoring.views.work_orders import own_order
from stations.models import Site
from stations.permissions import require, sites_granting, where_granted
from stations.selectors import visible_stations
from stations.templatetags.console import said
from stations.views.pages import ConsoleRequest, console, render_page, save


@console
@require_http_methods(["GET", "POST"])
def new(request: ConsoleRequest) -> HttpResponse:
    """The form of a new one; the address may name site, station and incident."""
    sites = sites_granting(request.user, Permission.MAINTAIN)
    asked = request.POST if request.method == "POST" else request.GET
    incident = _incident(request, asked.get("incident", ""))
    initial = _begun(request, incident)
    posted = request.POST if request.method == "POST" else None
    stations = visible_stations(request.user).filter(site__in=sites)
    site = _site(sites, posted.get("site", "") if posted else initial.get("site"))
    form = WorkOrderForm(posted, initial=initial, sites=sites, stations=stations, people=people_of(site, workers))
    if form.is_bound and form.is_valid():
        made: list[WorkOrder] = []
        if save(form, lambda: made.append(_make(request, form, incident))):
            return redirect("monitoring:work-order", made[0].pk)
    context = {"form": form, "order": None, "incident": incident, "site": site}
    return render_page(request, "monitoring/work_order_form.html", context)


def _make(request: ConsoleRequest, form: WorkOrderForm, incident: Incident | None) -> WorkOrder:
    values = form.cleaned_data
    require(request.user, Permission.MAINTAIN, values["site"])
    return work_orders.open_work_order(
        site=values["site"],
        station=values["station"],
        title=values["title"],
        description=values["description"],
        priority=values["priority"],
        due_at=form.due_at(values["site"]),
        assigned_to=values["assigned_to"],
        origin=WorkOrder.Origin.INCIDENT if incident else WorkOrder.Origin.PERSON,
        incident=incident,
        by=request.user,
    )


@console
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form of what it asks for, and of whom."""
    order = own_order(request, pk)
    posted = request.POST if request.method == "POST" else None
    initial = {
        "title": said(order.title),
        "description": said(order.description),
        "priority": order.priority,
        "due_on": timezone.localtime(order.due_at, order.site.zone).date() if order.due_at else None,
        "assigned_to": order.assigned_to_id,
    }
    form = WorkOrderForm(posted, initial=initial, sites=None, stations=None, people=workers(order.site), is_fixed=True)
    if form.is_bound and form.is_valid() and save(form, lambda: _change(request, order, form)):
        return redirect("monitoring:work-order", pk)
    context = {"form": form, "order": order, "incident": None, "site": order.site}
    return render_page(request, "monitoring/work_order_form.html", context)


def _change(request: ConsoleRequest, order: WorkOrder, form: WorkOrderForm) -> None:
    values = form.cleaned_data
    names = [name for name in ("title", "description", "priority") if name in form.changed_data]
    changes: dict[str, Any] = {name: values[name] for name in names}
    if "due_on" in form.changed_data:
        changes["due_at"] = form.due_at(order.site)
    if changes:
        work_orders.change(order=order, by=request.user, **changes)
    work_orders.assign(order=order, to=values["assigned_to"], by=request.user)


def _incident(request: ConsoleRequest, text: str) -> Incident | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Http404
    rows = Incident.objects.filter(site__in=where_granted(request.user, Permission.VIEW_NETWORK))
    return get_object_or_404(rows.select_related("site"), pk=int(text[:18]))


def _begun(request: ConsoleRequest, incident: Incident | None) -> dict[str, Any]:
    """What the form begins with."""
    found: dict[str, Any] = {"site": request.GET.get("site", ""), "station": request.GET.get("station", "")}
    station = visible_stations(request.user).filter(identity=found["station"]).first() if found["station"] else None
    if incident is not None:
        alert = incident.alerts.filter(station__isnull=False).select_related("station").order_by("id").first()
        station = station or (alert.station if alert else None)
        found |= {"site": incident.site_id, "title": said(incident.title), "priority": _PRIORITIES[incident.severity]}
    if station is not None:
        found |= {"site": station.site_id, "station": station.identity}
    return found


_PRIORITIES = {1: WorkOrder.Priority.URGENT, 2: WorkOrder.Priority.HIGH, 3: WorkOrder.Priority.NORMAL}


def _site(sites: Any, value: Any) -> Site | None:
    text = str(value or "")
    found: Site | None = sites.filter(pk=int(text[:18])).first() if text.isascii() and text.isdigit() else None
    return found
