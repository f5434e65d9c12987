"""Sites: the list, and one with its stations."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from stations.forms.filters import SiteFilter
from stations.selectors import visible_sessions, visible_sites, with_evses
from stations.selectors.energy import energy_today_wh
from stations.selectors.lists import find_sites, find_stations, site_states
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.paging import paginate_numbered
from stations.views.station import station_rows, worst_page


@console
def site_list(request: ConsoleRequest) -> HttpResponse:
    """Sites with what goes on there."""
    form = SiteFilter(request.GET)
    page = paginate_numbered(find_sites(request.user, **form.values()), request.GET)
    context = {"form": form, "page": page, "states": site_states(request.user, page.items)}
    fragments = {"results": "stations/_site_rows.html"}
    return render_page(request, "stations/site_list.html", context, fragments=fragments)


@console
def site(request: ConsoleRequest, pk: int) -> HttpResponse:
    """One site: its state, its stations worst first, its running sessions."""
    found = get_object_or_404(visible_sites(request.user).select_related("organization"), pk=pk)
    page = worst_page(with_evses(find_stations(request.user, site=found)), request.GET)
    running = visible_sessions(request.user).filter(station__site=found, ended_at=None)
    context = {
        "site": found,
        "state": site_states(request.user, [found])[0],
        "energy_today_wh": energy_today_wh(request.user, found),
        "page": page,
        "rows": station_rows(page.items),
        "sessions": running.order_by("-started_at")[:10],
    }
    return render_page(request, "stations/site.html", context, fragments={"site": "stations/_site.html"})
