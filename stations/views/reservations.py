"""The reservations of a station."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from stations.domain.commands import CommandKind
from stations.domain.reservations import ReservationState as State
from stations.selectors.tokens import visible_reservations
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.paging import paginate
from stations.views.station_page import header, station_of
from stations.views.wording import Word

WORDS = {
    State.REQUESTED: Word(_("Asked for"), "clock", "reserved"),
    State.ACCEPTED: Word(_("Kept"), "calendar", "reserved"),
    State.REJECTED: Word(_("Refused"), "x", "faulted"),
    State.FAILED: Word(_("Not delivered"), "alert", "faulted"),
    State.USED: Word(_("Used"), "check", "available"),
    State.CANCELLED: Word(_("Cancelled"), "x", "unavailable"),
    State.EXPIRED: Word(_("Expired"), "clock", "unavailable"),
    State.REMOVED: Word(_("Removed by the station"), "minus", "unavailable"),
    State.NO_TRANSACTION: Word(_("No session began"), "minus", "unavailable"),
}


@console
def station_reservations(request: ConsoleRequest, identity: str) -> HttpResponse:
    """A station's reservations, newest first."""
    found = station_of(request, identity)
    head = header(request, found, "reservations")
    offered = dict(head["kinds"])
    rows = visible_reservations(request.user).filter(station=found).select_related("token", "command").order_by("-id")
    page = paginate(rows, request.GET)
    context = {
        **head,
        "page": page,
        "reservations": [(row, WORDS[State(row.state)]) for row in page.items],
        "reserve": offered.get(CommandKind.RESERVE),
        "may_cancel": CommandKind.CANCEL_RESERVATION in offered,
    }
    fragments = {"reservations": "stations/_reservations.html"}
    return render_page(request, "stations/station_reservations.html", context, fragments=fragments)
