"""The list of tickets."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from monitoring.forms.tickets import TicketFilter
from monitoring.models import Ticket, WorkOrder
from monitoring.selectors.tickets import counts, find_tickets
from monitoring.views import maintenance_wording, ticket_wording
from stations.permissions import organization_ids_granting
from stations.selectors import visible_sites
from stations.templatetags import console as shown
from stations.views.listing import Column, Listing, show
from stations.views.pages import ConsoleRequest, console


def _due(ticket: Ticket) -> object:
    due = ticket.first_answer_due_at or ticket.resolution_due_at
    return shown.at(due, ticket.site) if due else "–"


def _place(ticket: Ticket) -> str:
    return ticket.station.identity if ticket.station else "–"


class TicketList(Listing[Ticket, Ticket]):
    name = "tickets"
    url_name = "monitoring:ticket-list"
    title = _("Tickets")
    about = _("What drivers report and ask, the most urgent first. Each knows its charger and what it was like then.")
    icon = "message"
    nothing = _("No tickets")
    nothing_about = _("Nobody waits for an answer. What drivers report by QR code, form or email appears here.")
    template = "monitoring/ticket_list.html"
    permission = Permission.VIEW_TICKETS
    ids = {"reference": lambda t: t.reference}
    columns = (
        Column(
            "subject",
            _("Ticket"),
            lambda t: t.subject,
            {"subject": lambda t: t.subject, "contact": lambda t: t.contact},
            lambda t: f"{t.reference} · {t.contact}" if t.contact else t.reference,
        ),
        Column(
            "state",
            _("State"),
            lambda t: shown.badge(ticket_wording.state_of(t, timezone.now())),
            {"state": lambda t: t.state},
            is_state=True,
        ),
        Column(
            "priority",
            _("Priority"),
            lambda t: shown.badge(maintenance_wording.PRIORITIES[WorkOrder.Priority(t.priority)]),
            {"priority": lambda t: t.get_priority_display()},
        ),
        Column(
            "place",
            _("Charger"),
            _place,
            {"station": lambda t: t.station.identity if t.station else "", "site": lambda t: t.site or ""},
            lambda t: t.site.name if t.site else "",
            css="soft",
        ),
        Column(
            "who",
            _("Assigned to"),
            lambda t: t.assigned_to or "–",
            {"assigned_to": lambda t: t.assigned_to.email if t.assigned_to else ""},
            css="soft",
        ),
        Column(
            "due",
            _("Due"),
            _due,
            {
                "first_answer_due_at": lambda t: t.first_answer_due_at,
                "resolution_due_at": lambda t: t.resolution_due_at,
            },
            css="soft nowrap",
        ),
        Column(
            "opened",
            _("Opened"),
            lambda t: shown.ago(t.opened_at),
            {
                "opened_at": lambda t: t.opened_at,
                "first_answered_at": lambda t: t.first_answered_at,
                "resolved_at": lambda t: t.resolved_at,
            },
            css="soft nowrap",
        ),
        Column(
            "category",
            _("About"),
            lambda t: t.get_category_display(),
            {"category": lambda t: t.category},
            css="soft",
            is_default=False,
        ),
        Column(
            "source",
            _("Came by"),
            lambda t: t.get_source_display(),
            {"source": lambda t: t.source},
            css="soft",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> TicketFilter:
        return TicketFilter(parameters, sites=visible_sites(viewer))

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[Ticket]:
        return find_tickets(viewer, now=timezone.now(), **values)

    def rows(self, viewer: Viewer, found: Sequence[Ticket]) -> list[Ticket]:
        return list(found)

    def url(self, row: Ticket) -> str:
        return reverse("monitoring:ticket", args=[row.reference])

    def more(self, viewer: Viewer, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            "counts": counts(viewer, now=timezone.now()),
            "may_answer": bool(organization_ids_granting(viewer, Permission.RESPOND)),
        }


TICKETS = TicketList()


@console
def ticket_list(request: ConsoleRequest) -> HttpResponseBase:
    """Tickets, the most urgent first."""
    return show(request, TICKETS)
