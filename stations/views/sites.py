"""One site with its stations."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from drivers.domain.roles import Permission
from stations.permissions import may
from stations.selectors import visible_sessions, visible_sites, with_evses
from stations.selectors.energy import energy_today_wh
from stations.selectors.lists import find_stations, site_states
from stations.selectors.opening_hours_words import opening_of
from stations.selectors.overview import recent_events
from stations.views.lists.sessions import SESSIONS
from stations.views.lists.stations import STATIONS, worst_page
from stations.views.pages import ConsoleRequest, console, render_page


@console
def site(request: ConsoleRequest, pk: int) -> HttpResponse:
    """One site: its state, its stations worst first, its running sessions, and what people should know of the place."""
    found = get_object_or_404(visible_sites(request.user).select_related("organization"), pk=pk)
    page = worst_page(with_evses(find_stations(request.user, site=found)), request.GET)
    running = visible_sessions(request.user).filter(station__site=found, ended_at=None)
    context = {
        "site": found,
        "state": site_states(request.user, [found])[0],
        "energy_today_wh": energy_today_wh(request.user, found),
        "page": page,
        "stations": STATIONS.without(STATIONS.rows(request.user, page.items), "site"),
        "sessions": SESSIONS.without(running.order_by("-started_at")[:10], "site"),
        "opening": opening_of(found, timezone.now()),
        "contacts": list(found.contacts.all()),
        "may_manage": may(request.user, Permission.MANAGE_NETWORK, found),
        "tile_url": settings.TILE_URL,
    }
    return render_page(request, "stations/site.html", context, fragments={"site": "stations/_site.html"})


@console
def site_events(request: ConsoleRequest, pk: int) -> HttpResponse:
    """What happened at a site within the last days: a fragment of its page, and a page of its own."""
    found = get_object_or_404(visible_sites(request.user), pk=pk)
    context = {"site": found, "events": recent_events(request.user, limit=8, site=found)}
    return render_page(
        request, "stations/site_events.html", context, fragments={"site-events": "stations/_events.html"}
    )
