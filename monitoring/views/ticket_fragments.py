"""Tickets on the pages of stations, sites, sessions and incidents, and on the overview."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from drivers.domain.roles import Permission
from monitoring.models import Incident, Ticket
from monitoring.selectors import tickets as selectors
from monitoring.selectors.incidents import visible_incidents
from monitoring.services import tickets
from monitoring.views import ticket_wording
from stations.permissions import may, organization_ids_granting
from stations.selectors import visible_sessions, visible_sites, visible_stations
from stations.views.pages import ConsoleRequest, console
from stations.views.wording import Word

FEW = 5


def _rows(found: Iterable[Ticket]) -> list[tuple[Ticket, Word]]:
    now = timezone.now()
    return [(ticket, ticket_wording.state_of(ticket, now)) for ticket in found]


def _sees_tickets(request: ConsoleRequest) -> bool:
    return bool(organization_ids_granting(request.user, Permission.VIEW_TICKETS))


@console
def of_station(request: ConsoleRequest, identity: str) -> HttpResponse:
    """Open tickets of a station, and the button for a caller who stands at it."""
    station = get_object_or_404(visible_stations(request.user).select_related("site"), identity=identity)
    found = selectors.find_tickets(request.user, now=timezone.now()).filter(station=station)
    context = {
        "station": station,
        "rows": _rows(found[:FEW]),
        "may_answer": may(request.user, Permission.RESPOND, station.site),
        "is_seen": _sees_tickets(request),
    }
    return render(request, "monitoring/station_tickets.html", context)


@console
def of_site(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Open tickets of a site."""
    site = get_object_or_404(visible_sites(request.user), pk=pk)
    rows = _rows(selectors.find_tickets(request.user, now=timezone.now(), site=site)[:FEW])
    return render(request, "monitoring/site_tickets.html", {"site": site, "rows": rows})


@console
def of_session(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The tickets about a session, and the button for another."""
    session = get_object_or_404(visible_sessions(request.user).select_related("station__site"), pk=pk)
    found = selectors.find_tickets(request.user, now=timezone.now(), state="all").filter(session=session)
    may_answer = may(request.user, Permission.RESPOND, session.station.site)
    context = {"session": session, "rows": _rows(found[:FEW]), "may_answer": may_answer}
    return render(request, "monitoring/session_tickets.html", context)


@console
def of_incident(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Whose drivers are told when it is over, and who might have reported the same."""
    incident = _incident(request, pk)
    linked = selectors.with_parts(selectors.visible_tickets(request.user)).filter(incident=incident)
    context = {
        "incident": incident,
        "rows": _rows(linked.order_by("-id")[:20]),
        "suggested": _rows(selectors.suggested_tickets(request.user, incident)[:FEW]),
        "may_answer": bool(organization_ids_granting(request.user, Permission.RESPOND)),
    }
    return render(request, "monitoring/incident_tickets.html", context)


def _incident(request: ConsoleRequest, pk: int) -> Incident:
    return get_object_or_404(visible_incidents(request.user), pk=pk)


@console
@require_POST
def link_suggested(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Link all that is suggested and that the person answers."""
    incident = _incident(request, pk)
    count = 0
    for ticket in selectors.suggested_tickets(request.user, incident)[:200]:
        if selectors.may_on(request.user, Permission.RESPOND, ticket):
            tickets.link_incident(ticket=ticket, incident=incident, by=request.user)
            count += 1
    said = ngettext("%(n)s ticket linked.", "%(n)s tickets linked.", count) % {"n": count}
    messages.success(request, said)
    return redirect("monitoring:incident", pk)


@console
def of_overview(request: ConsoleRequest) -> HttpResponse:
    """How many drivers wait, and the most urgent of them."""
    if not _sees_tickets(request):
        return HttpResponse()
    now = timezone.now()
    context = {
        "counts": selectors.counts(request.user, now=now),
        "rows": _rows(selectors.find_tickets(request.user, now=now)[:FEW]),
    }
    return render(request, "monitoring/overview_tickets.html", context)
