"""A ticket that staff opens: who calls, or what was noticed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from drivers.models import Organization
from monitoring.forms.tickets import NewTicketForm
from monitoring.models import Ticket
from monitoring.services import tickets
from stations.models import Session
from stations.permissions import may, organization_ids_granting, organizations_granting
from stations.selectors import visible_sessions
from stations.views.pages import ConsoleRequest, console, render_page


@console
@require_http_methods(["GET", "POST"])
def new(request: ConsoleRequest) -> HttpResponse:
    """The address may name `station` (an identity) or `session`."""
    if not organization_ids_granting(request.user, Permission.RESPOND):
        raise PermissionDenied(_("Your role does not include answering drivers."))
    asked = request.POST if request.method == "POST" else request.GET
    session = _session(request, asked.get("session", ""))
    station = session.station.identity if session else request.GET.get("station", "")
    form = NewTicketForm(request.POST or None, viewer=request.user, initial={"charger": station})
    if form.is_valid() and (made := _make(request, form, session)):
        messages.success(request, _("%(reference)s is open.") % {"reference": made.reference})
        return redirect("monitoring:ticket", made.reference)
    context = {"form": form, "session": session}
    return render_page(request, "monitoring/ticket_new.html", context)


def _make(request: ConsoleRequest, form: NewTicketForm, session: Session | None) -> Ticket | None:
    """None: the form says why not."""
    station = form.station
    if session is not None and (station is None or session.station_id != station.pk):
        session = None
    organization = station.site.organization if station else _own(request)
    if organization is None or (station and not may(request.user, Permission.RESPOND, station.site)):
        form.add_error("charger", _("You answer drivers at some sites only: name a charger of one of them."))
        return None
    details: dict[str, Any] = form.details()
    try:
        return tickets.open_ticket(
            organization=organization,
            subject=form.cleaned_data["subject"],
            body=form.cleaned_data["body"],
            source=form.cleaned_data["source"],
            station=station,
            evse=form.evse,
            session=session,
            by=request.user,
            **details,
        )
    except ValidationError as problem:
        form.add_error(None, problem.messages)
    return None


def _own(request: ConsoleRequest) -> Organization | None:
    """Whose ticket one about no charger is: of the first network where the person answers drivers everywhere."""
    return organizations_granting(request.user, Permission.RESPOND).order_by("name").first()


def _session(request: ConsoleRequest, text: str) -> Session | None:
    """Raises Http404 for one that the person does not see."""
    if not text:
        return None
    found = visible_sessions(request.user).filter(pk=int(text[:18])).first() if text.isdecimal() else None
    if found is None:
        raise Http404
    return found
