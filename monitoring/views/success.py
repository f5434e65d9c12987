"""Charging success of one station, and of one site, beside their uptime."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from drivers.permissions import Viewer
from monitoring.forms.success import USUAL_DAYS
from monitoring.selectors import success
from monitoring.selectors.success import By
from monitoring.views import success_wording as words
from monitoring.views.lists.success import SUCCESS, Row
from stations.models import Site
from stations.selectors import visible_sites, visible_stations
from stations.views.pages import ConsoleRequest, console

# Lines of a fragment: the rest is on the page.
MOST = 12
_COLUMNS = ("start", "first", "attempts", "no_energy", "authorize")


@console
def station_success(request: ConsoleRequest, identity: str) -> HttpResponse:
    """Whether drivers could charge at a station in the last 30 days, by EVSE."""
    station = visible_stations(request.user).filter(identity=identity).first()
    if station is None:
        raise Http404
    streaks = success.serious_streaks(request.user).filter(evse__station=station)
    context = _context(request.user, By.EVSE, {"text": identity}, station=station)
    return render(request, "monitoring/success_fragment.html", {**context, "streaks": streaks})


@console
def site_success(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Whether drivers could charge at a site in the last 30 days, by station."""
    site: Site = get_object_or_404(visible_sites(request.user), pk=pk)
    streaks = success.serious_streaks(request.user).filter(evse__station__site=site)
    context = _context(request.user, By.STATION, {"site": site.pk}, site=site)
    return render(request, "monitoring/success_fragment.html", {**context, "streaks": streaks[:5]})


def _context(viewer: Viewer, by: By, filters: dict[str, Any], **of: Any) -> dict[str, Any]:
    until = timezone.now().date()
    since = until - timedelta(days=USUAL_DAYS - 1)
    days = success.find_days(viewer, since=since, until=until, **of)
    is_linked = success.may_see_attempts(viewer)
    rows = [Row(line, (since, until), is_linked=is_linked) for line in success.breakdown(days, by)[:MOST]]
    return {
        "figures": (figures := success.figures(days)),
        "tiles": words.tiles(figures, since, until, filters=filters, is_linked=is_linked)[:4],
        "table": SUCCESS.table(rows, SUCCESS.chosen(_COLUMNS)),
        "filters": {"by": by.value, **filters},
    }
