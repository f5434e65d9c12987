"""What a station uploaded, how its firmware updates went, and what it reported of its security."""

from django.http import HttpResponse

from drivers.domain.roles import Permission
from stations.forms.filters import SecurityEventFilter
from stations.permissions import may
from stations.selectors import visible_firmware_updates, visible_log_requests, visible_security_events
from stations.selectors.lists import find_security_events
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.paging import paginate
from stations.views.station_page import header, station_of

LATEST = 25


@console
def station_logs(request: ConsoleRequest, identity: str) -> HttpResponse:
    """A station's logs, firmware updates and security events, latest first."""
    found = station_of(request, identity)
    context = {
        **header(request, found, "logs"),
        "logs": visible_log_requests(request.user).filter(station=found).order_by("-id")[:LATEST],
        "updates": visible_firmware_updates(request.user).filter(station=found).order_by("-id")[:LATEST],
        "security_events": visible_security_events(request.user).filter(station=found).order_by("-id")[:LATEST],
        "may_download": may(request.user, Permission.COMMAND, found.site),
    }
    fragments = {"results": "stations/_logs.html"}
    return render_page(request, "stations/station_logs.html", context, fragments=fragments)


@console
def security_event_list(request: ConsoleRequest) -> HttpResponse:
    """What all stations reported of their security, latest first."""
    form = SecurityEventFilter(request.GET)
    page = paginate(find_security_events(request.user, **form.values()), request.GET)
    fragments = {"results": "stations/_security_event_rows.html"}
    return render_page(request, "stations/security_event_list.html", {"form": form, "page": page}, fragments=fragments)
