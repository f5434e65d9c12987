"""What a station told of itself: monitors and events, messages on its display, customers."""

from django.http import HttpResponse
from django.utils import timezone

from drivers.domain.roles import Permission
from stations.forms.device_fields import display_words
from stations.models import MonitoringSetting
from stations.permissions import require
from stations.selectors.devices import (
    visible_customer_information,
    visible_device_events,
    visible_display_messages,
    visible_event_streams,
    visible_monitors,
)
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.paging import paginate
from stations.views.station_page import header, station_of

LATEST = 50


@console
def monitoring(request: ConsoleRequest, identity: str) -> HttpResponse:
    """What a station watches, and what happened, latest first."""
    found = station_of(request, identity)
    events = visible_device_events(request.user).filter(station=found).order_by("-id")
    streams = visible_event_streams(request.user).filter(station=found).order_by("-id")
    context = {
        **header(request, found, "monitoring"),
        "page": paginate(events, request.GET),
        "monitors": visible_monitors(request.user).filter(station=found).order_by("number")[:200],
        "streams": streams[:LATEST],
        "setting": MonitoringSetting.objects.filter(station=found).first(),
    }
    fragments = {"results": "stations/_monitoring.html"}
    return render_page(request, "stations/station_monitoring.html", context, fragments=fragments)


@console
def display(request: ConsoleRequest, identity: str) -> HttpResponse:
    """The messages on a station's display."""
    found = station_of(request, identity)
    now = timezone.now()
    rows = visible_display_messages(request.user).filter(station=found).order_by("-changed_at", "-id")[:LATEST]
    context = {
        **header(request, found, "display"),
        "rows": [(row, row.is_over(now), *display_words(row)) for row in rows],
    }
    fragments = {"results": "stations/_display.html"}
    return render_page(request, "stations/station_display.html", context, fragments=fragments)


@console
def customers(request: ConsoleRequest, identity: str) -> HttpResponse:
    """What a station told of customers, latest first."""
    found = station_of(request, identity)
    require(request.user, Permission.VIEW_TOKENS, found.site)
    rows = visible_customer_information(request.user).filter(station=found).order_by("-id")[:LATEST]
    context = {**header(request, found, "customers"), "rows": rows}
    fragments = {"results": "stations/_customers.html"}
    return render_page(request, "stations/station_customers.html", context, fragments=fragments)
