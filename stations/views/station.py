"""Stations: the list, and the pages of one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict

from stations.domain.status import Availability
from stations.forms.filters import StationFilter
from stations.models import Evse, Session, Station
from stations.selectors import visible_commands, visible_firmware_updates, visible_sessions, visible_sites, with_evses
from stations.selectors.glance import evse_glance, station_glance, worst_first
from stations.selectors.lists import find_stations
from stations.selectors.overview import recent_events
from stations.views import wording
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.paging import PAGE_SIZE, Page, paginate, paginate_found, paginate_numbered
from stations.views.station_page import header, station_of


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


def station_rows(stations: Iterable[Station]) -> list[tuple[Station, Availability, list[EvseView]]]:
    """What a list shows of stations fetched with `with_evses`."""
    return [(station, station_glance(station), evse_views(station)) for station in stations]


def worst_page(stations: QuerySet[Station], parameters: QueryDict) -> Page:
    """A page of the stations, worst first."""

    def beyond(key: str, backwards: bool) -> list[tuple[Availability, str]]:
        return worst_first(stations, beyond=key, backwards=backwards, limit=PAGE_SIZE + 1)

    page = paginate_found(beyond, ",".join, parameters)
    identities = [identity for _, identity in page.items]
    known = {station.identity: station for station in stations.filter(identity__in=identities)}
    return replace(page, items=[known[identity] for identity in identities if identity in known])


@console
def station_list(request: ConsoleRequest) -> HttpResponse:
    """Stations, filtered by what the URL says."""
    labels = {word: text.label for word, text in wording.AVAILABILITY.items()}
    form = StationFilter(request.GET, sites=visible_sites(request.user), words=labels)
    values = form.values()
    is_worst_first = values.pop("worst_first", False)
    stations = with_evses(find_stations(request.user, **values))
    if "glance" in values:
        # How many have a word takes longer than to find the first ones.
        page = paginate(stations, request.GET)
    else:
        page = worst_page(stations, request.GET) if is_worst_first else paginate_numbered(stations, request.GET)
    context = {"form": form, "page": page, "rows": station_rows(page.items)}
    fragments = {"results": "stations/_station_rows.html"}
    return render_page(request, "stations/station_list.html", context, fragments=fragments)


@console
def station(request: ConsoleRequest, identity: str) -> HttpResponse:
    """One station now: EVSEs with their sessions, last commands, what happened, what it is."""
    found = station_of(request, identity)
    context = {
        **header(request, found, "now"),
        "evses": evse_views(found),
        "commands": visible_commands(request.user).filter(station=found).order_by("-id")[:8],
        "sessions": visible_sessions(request.user).filter(station=found).order_by("-started_at")[:6],
        "events": recent_events(request.user, limit=8, station=found),
        "update": visible_firmware_updates(request.user).filter(station=found).order_by("-id").first(),
    }
    fragments = {"station": "stations/_station.html"}
    return render_page(request, "stations/station.html", context, fragments=fragments)
