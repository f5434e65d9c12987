"""The console's first page: the network at a glance, and the same as a board on a wall."""

import csv
from datetime import UTC
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone

from drivers.models import User
from stations.domain.status import Availability
from stations.permissions import scope_key
from stations.selectors import energy, visible_sites, visible_stations
from stations.selectors import overview as selectors
from stations.selectors.glance import WORST_FIRST, SiteWords, by_site
from stations.selectors.lists import worst_sites, worst_stations
from stations.views import wording
from stations.views.costly import shared
from stations.views.pages import ConsoleRequest, console, render_page

SITES_SHOWN = 10
STATIONS_ON_WALL = 8
_EVENTS = 10
# What was delivered a week ago hardly changes any more.
_WEEK_BEFORE_FRESH_S = 900


@console
def overview(request: ConsoleRequest) -> HttpResponse:
    """Numbers, the map, worst sites, statuses, the last day and recent events."""
    context = {**_figures(request.user), "tile_url": settings.TILE_URL}
    return render_page(request, "stations/overview.html", context, fragments={"overview": "stations/_overview.html"})


@console
def wall(request: ConsoleRequest) -> HttpResponse:
    """The same for a screen that is read from afar, `?theme=light` or dark. Nobody need touch it."""
    viewer = request.user
    stations = visible_stations(viewer)
    context = {
        **_figures(viewer),
        "troubled": shared(f"wall.{scope_key(viewer)}", lambda: worst_stations(stations, limit=STATIONS_ON_WALL)),
        "theme": "light" if request.GET.get("theme") == "light" else "dark",
        "tile_url": settings.TILE_URL,
    }
    return render_page(request, "stations/wall.html", context, fragments={"wall": "stations/_wall.html"})


@console
def energy_csv(request: ConsoleRequest) -> HttpResponse:
    """The chart of the last 24 hours as a table: hours by UTC."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="energy-by-hour.csv"'
    writer = csv.writer(response)
    writer.writerow(["from", "energy_wh", "sessions"])
    hours = _figures(request.user)["hours"]
    writer.writerows([hour.start.isoformat(), hour.energy_wh, hour.sessions] for hour in hours)
    return response


def words_of(viewer: User) -> list[SiteWords]:
    """The words of all stations that the viewer sees, counted by site: what everything here begins with."""
    return shared(f"words.{scope_key(viewer)}", lambda: by_site(visible_sites(viewer)))


def _figures(viewer: User) -> dict[str, Any]:
    """What overview and wall show. A nudge reaches every open page at once: people who see the same share them."""
    return shared(f"overview.{scope_key(viewer)}", lambda: _computed(viewer))


def _computed(viewer: User) -> dict[str, Any]:
    words, day = words_of(viewer), energy.last_day(viewer)
    before = shared(
        f"week-before.{scope_key(viewer)}",
        lambda: energy.week_before(viewer),
        fresh_s=_WEEK_BEFORE_FRESH_S,
    )
    numbers = selectors.overview(
        viewer,
        words,
        energy_today_wh=energy.so_far(day),
        energy_week_ago_wh=energy.so_far(before, days_ago=7),
    )
    hours = energy.hourly(day)
    return {
        "as_of": timezone.now(),
        "numbers": numbers,
        "legend": [(word, wording.AVAILABILITY[word], numbers.stations.get(word, 0)) for word in reversed(WORST_FIRST)],
        "faulted": numbers.stations.get(Availability.FAULTED, 0),
        "offline": numbers.stations.get(Availability.OFFLINE, 0),
        "hours": hours,
        "bars": _bars(hours),
        "day_energy_wh": sum(hour.energy_wh for hour in hours),
        "day_sessions": sum(hour.sessions for hour in hours),
        "today": energy.first_midnight(day).astimezone(UTC).date().isoformat(),
        "peak_hour": max(hours, key=lambda hour: hour.energy_wh),
        "sites": worst_sites(viewer, words, limit=SITES_SHOWN),
        "events": selectors.recent_events(viewer, limit=_EVENTS),
    }


def _bars(hours: list[energy.Delivered]) -> list[dict[str, Any]]:
    """Heights in percent of the tallest, places in percent of the width."""
    tallest = max((hour.energy_wh for hour in hours), default=0) or 1
    width = 100 / len(hours)
    return [
        {
            "hour": hour,
            "x": f"{place * width + width * 0.14:.2f}%",
            "width": f"{width * 0.72:.2f}%",
            "y": f"{100 - 100 * hour.energy_wh / tallest:.2f}%",
            "height": f"{100 * hour.energy_wh / tallest:.2f}%",
        }
        for place, hour in enumerate(hours)
    ]
