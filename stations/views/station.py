"""Stations: the list, and the pages of one."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from drivers.domain.roles import Permission
from stations.domain.status import Availability
from stations.forms import StationFilter
from stations.models import Evse, Session, Station
from stations.permissions import command_kinds, may
from stations.selectors import visible_commands, visible_frames, visible_sessions, visible_sites, visible_stations
from stations.selectors.glance import evse_glance, with_glance
from stations.selectors.lists import find_stations
from stations.selectors.overview import recent_events
from stations.views import wording
from stations.views.frames import decode
from stations.views.pages import ConsoleRequest, console, paginate, render_page


@dataclass(frozen=True, slots=True)
class EvseView:
    """An EVSE as it is shown: its one word and the session that runs there."""

    evse: Evse
    glance: Availability
    session: Session | None


def evse_views(station: Station) -> list[EvseView]:
    """The EVSEs of a station fetched with `with_evses`."""
    found = []
    for evse in station.evses.all():
        sessions: list[Session] = getattr(evse, "open_sessions", [])
        session = sessions[0] if sessions else None
        found.append(EvseView(evse, evse_glance(evse, connected=station.connected), session))
    return found


@console
def station_list(request: ConsoleRequest) -> HttpResponse:
    """Stations, filtered by what the URL says."""
    labels = {word: text.label for word, text in wording.AVAILABILITY.items()}
    form = StationFilter(request.GET, sites=visible_sites(request.user), words=labels)
    rows = find_stations(request.user, **form.values())
    page = paginate(rows, request.GET, counted=True, key=f"stations.{request.user.pk}")
    context = {"form": form, "page": page, "rows": [(station, evse_views(station)) for station in page.items]}
    fragments = {"results": "stations/_station_rows.html"}
    return render_page(request, "stations/station_list.html", context, fragments=fragments)


@console
def station(request: ConsoleRequest, identity: str) -> HttpResponse:
    """One station now: EVSEs with their sessions, last commands, what happened, what it is."""
    found = _station(request, identity)
    context = {
        **_header(request, found, "now"),
        "evses": evse_views(found),
        "commands": visible_commands(request.user).filter(station=found).order_by("-id")[:8],
        "sessions": visible_sessions(request.user).filter(station=found).order_by("-started_at")[:6],
        "events": recent_events(request.user, limit=8, station=found),
    }
    fragments = {"station": "stations/_station.html"}
    return render_page(request, "stations/station.html", context, fragments=fragments)


@console
def messages(request: ConsoleRequest, identity: str) -> HttpResponse:
    """The raw messages of a station, latest first."""
    found = _station(request, identity)
    page = paginate(visible_frames(request.user).filter(station=found).order_by("-id"), request.GET)
    frames = [(frame, decode(bytes(frame.body))) for frame in page.items]
    context = {**_header(request, found, "messages"), "page": page, "frames": frames}
    fragments = {"results": "stations/_frames.html"}
    return render_page(request, "stations/station_messages.html", context, fragments=fragments)


@console
def configuration(request: ConsoleRequest, identity: str) -> HttpResponse:
    """What a station said of its configuration."""
    found = _station(request, identity)
    variables = found.variables.order_by("component", "evse_number", "name", "id")
    if text := request.GET.get("text", "").strip():
        variables = variables.filter(name__icontains=text) | variables.filter(component__icontains=text)
    page = paginate(variables, request.GET, counted=True)
    context = {**_header(request, found, "configuration"), "page": page, "text": text}
    fragments = {"results": "stations/_variables.html"}
    return render_page(request, "stations/station_configuration.html", context, fragments=fragments)


def _station(request: ConsoleRequest, identity: str) -> Any:
    running = Session.objects.filter(ended_at=None).select_related("token", "station__site").order_by("-started_at")
    evses = Evse.objects.prefetch_related("connectors", Prefetch("sessions", running, to_attr="open_sessions"))
    stations = with_glance(visible_stations(request.user)).select_related("site", "connection")
    return get_object_or_404(stations.prefetch_related(Prefetch("evses", evses)), identity=identity)


def _header(request: ConsoleRequest, station: Station, tab: str) -> dict[str, Any]:
    allowed = command_kinds(request.user, station.site)
    connectors = [connector for evse in station.evses.all() for connector in evse.connectors.all()]
    return {
        "station": station,
        "tab": tab,
        "kinds": [(kind, text) for kind, text in wording.COMMANDS.items() if kind in allowed],
        "may_group": len(connectors) > 1 and may(request.user, Permission.MANAGE_NETWORK, station.site),
    }
