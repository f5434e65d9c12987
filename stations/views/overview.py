"""The console's first page: the network at a glance."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from stations.domain.status import Availability
from stations.selectors import overview as selectors
from stations.selectors import visible_sites
from stations.selectors.energy import Delivered, last_hours
from stations.selectors.glance import WORST_FIRST, by_site
from stations.selectors.lists import worst_sites
from stations.views import wording
from stations.views.costly import shared
from stations.views.pages import ConsoleRequest, console, render_page

SITES_SHOWN = 8
FRAGMENTS = {"overview": "stations/_overview.html"}


@console
def overview(request: ConsoleRequest) -> HttpResponse:
    """Numbers, status, worst sites, the last day and recent events."""
    # A nudge reaches every open page at once: people who see the same share one computation.
    key = f"overview.{selectors.scope_key(request.user)}"
    figures = shared(key, lambda: _figures(request))
    return render_page(request, "stations/overview.html", figures, fragments=FRAGMENTS)


def _figures(request: ConsoleRequest) -> dict[str, Any]:
    words = by_site(visible_sites(request.user))
    quarters, hours = last_hours(request.user)
    numbers = selectors.overview(request.user, words, quarters)
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
        "sites": worst_sites(request.user, words, limit=SITES_SHOWN),
        "events": selectors.recent_events(request.user, limit=12),
    }


def _bars(hours: list[Delivered]) -> list[dict[str, Any]]:
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
