"""The list of work orders."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.permissions import Viewer
from monitoring.forms.work_orders import WorkOrderFilter
from monitoring.models import WorkOrder
from monitoring.selectors.work_orders import find_work_orders
from monitoring.views import maintenance_wording as wording
from stations.selectors import visible_sites
from stations.templatetags import console as shown
from stations.views.listing import Column, Listing, show
from stations.views.pages import ConsoleRequest, console


def _state(order: WorkOrder) -> object:
    return shown.badge(wording.state_of(order, is_overdue=order.is_overdue(timezone.now())))


class WorkOrderList(Listing[WorkOrder, WorkOrder]):
    name = "work-orders"
    url_name = "monitoring:work-order-list"
    title = _("Work orders")
    about = _("What technicians have to do, the most urgent first. Those that are done are found by their state.")
    icon = "list"
    nothing = _("Nothing to do")
    nothing_about = _("Work orders come from people, incidents, maintenance plans and early signs of a fault.")
    template = "monitoring/work_order_list.html"
    ids = {"work_order_id": lambda order: order.pk}
    columns = (
        Column(
            "title",
            _("What"),
            lambda order: shown.said(order.title),
            {"title": lambda order: order.title},
            under=lambda order: order.station.identity if order.station else order.site.name,
        ),
        Column("state", _("State"), _state, {"state": lambda order: order.state}, is_state=True),
        Column(
            "priority",
            _("Priority"),
            lambda order: shown.badge(wording.PRIORITIES[WorkOrder.Priority(order.priority)]),
            {"priority": lambda order: order.priority},
        ),
        Column(
            "site",
            _("Site"),
            lambda order: order.site.name,
            {"site": lambda order: order.site.name, "station": lambda o: o.station.identity if o.station else ""},
            css="soft",
        ),
        Column(
            "who",
            _("Assigned to"),
            lambda order: order.assigned_to or "–",
            {"assigned_to": lambda order: order.assigned_to.email if order.assigned_to else ""},
            css="soft",
        ),
        Column(
            "due",
            _("Due"),
            lambda order: shown.at(order.due_at, order.site) if order.due_at else "–",
            {"due_at": lambda order: order.due_at},
            css="soft nowrap",
        ),
        Column(
            "origin",
            _("Came from"),
            lambda order: order.get_origin_display(),
            {"origin": lambda order: order.origin},
            css="soft",
            is_default=False,
        ),
        Column(
            "made",
            _("Made"),
            lambda order: shown.ago(order.created_at),
            {
                "created_at": lambda order: order.created_at,
                "started_at": lambda order: order.started_at,
                "finished_at": lambda order: order.finished_at,
            },
            css="soft nowrap",
            is_default=False,
        ),
        Column(
            "cost",
            _("Cost"),
            lambda order: shown.money(order.cost_minor, order.currency) if order.cost_minor is not None else "–",
            {
                "cost_minor": lambda order: order.cost_minor,
                "currency": lambda order: order.currency,
                "spent_minutes": lambda order: order.spent_minutes,
                "found": lambda order: order.found,
                "cured": lambda order: order.cured,
            },
            css="end nowrap",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> WorkOrderFilter:
        return WorkOrderFilter(parameters, sites=visible_sites(viewer))

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[WorkOrder]:
        return find_work_orders(viewer, now=timezone.now(), **values)

    def rows(self, viewer: Viewer, found: Sequence[WorkOrder]) -> list[WorkOrder]:
        return list(found)

    def url(self, row: WorkOrder) -> str:
        return reverse("monitoring:work-order", args=[row.pk])


WORK_ORDERS = WorkOrderList()


@console
def work_order_list(request: ConsoleRequest) -> HttpResponseBase:
    """Work orders, the most urgent first."""
    return show(request, WORK_ORDERS)
