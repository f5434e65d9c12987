"""The first page of a station."""

from django.http import HttpResponse

from drivers.domain.roles import Permission
from stations.permissions import may
from stations.selectors import visible_commands, visible_firmware_updates, visible_sessions
from stations.selectors.curves import curves_of
from stations.selectors.overview import recent_events
from stations.views.lists.commands import COMMANDS
from stations.views.lists.sessions import SESSIONS
from stations.views.lists.stations import evse_views
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.station_page import header, station_of


@console
def station(request: ConsoleRequest, identity: str) -> HttpResponse:
    """One station now: EVSEs with their sessions, last commands, what happened, what it is."""
    found = station_of(request, identity)
    viewer = request.user
    commands = visible_commands(viewer).filter(station=found).order_by("-id")[:8]
    sessions = visible_sessions(viewer).filter(station=found).order_by("-started_at")[:6]
    evses = evse_views(found)
    running = [view.session for view in evses if view.session]
    curves = curves_of(running) if may(viewer, Permission.VIEW_SESSIONS, found.site) else {}
    context = {
        **header(request, found, "now"),
        "evses": [(view, curves.get(view.session.pk) if view.session else None) for view in evses],
        "note": found.notes.select_related("author").order_by("-id").first(),
        "photos": found.photos.order_by("-id")[:3],
        "commands": COMMANDS.without(commands, "station"),
        "sessions": SESSIONS.without(sessions, "session", "site", "power", first="transaction"),
        "events": recent_events(viewer, limit=8, station=found),
        "update": visible_firmware_updates(viewer).filter(station=found).order_by("-id").first(),
    }
    fragments = {"station": "stations/_station.html"}
    return render_page(request, "stations/station.html", context, fragments=fragments)
