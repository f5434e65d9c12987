"""The list of maintenance windows."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.permissions import Viewer
from monitoring.forms.windows import WindowFilter
from monitoring.models import MaintenanceWindow
from monitoring.selectors.windows import find_windows
from monitoring.views.maintenance_wording import window_state
from stations.selectors import visible_sites
from stations.templatetags import console as shown
from stations.views.listing import Column, Listing, show
from stations.views.pages import ConsoleRequest, console


class WindowList(Listing[MaintenanceWindow, MaintenanceWindow]):
    name = "windows"
    url_name = "monitoring:window-list"
    title = _("Maintenance windows")
    about = _(
        "When stations are worked on. Drivers are told, alerts are silent, and what goes out of service comes back."
    )
    icon = "calendar"
    nothing = _("No maintenance is planned")
    nothing_about = _("A window tells drivers, takes stations out of service once they are idle, and puts them back.")
    template = "monitoring/window_list.html"
    ids = {"window_id": lambda window: window.pk}
    columns = (
        Column(
            "title", _("What"), lambda w: w.title, {"title": lambda w: w.title}, under=lambda window: window.site.name
        ),
        Column(
            "state",
            _("State"),
            lambda window: shown.badge(window_state(window, timezone.now())),
            {"cancelled_at": lambda w: w.cancelled_at, "ended_at": lambda w: w.ended_at},
            is_state=True,
        ),
        Column("site", _("Site"), lambda w: w.site.name, {"site": lambda w: w.site.name}, css="soft", is_default=False),
        Column(
            "starts",
            _("Begins"),
            lambda window: shown.at(window.starts_at, window.site),
            {"starts_at": lambda window: window.starts_at},
            css="soft nowrap",
        ),
        Column(
            "ends",
            _("Ends"),
            lambda window: shown.at(window.ends_at, window.site),
            {"ends_at": lambda window: window.ends_at},
            css="soft nowrap",
        ),
        Column(
            "who",
            _("Announced by"),
            lambda window: window.created_by or "–",
            {"announced_by": lambda window: window.created_by.email if window.created_by else ""},
            under=lambda window: shown.ago(window.created_at),
            css="soft",
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> WindowFilter:
        return WindowFilter(parameters, sites=visible_sites(viewer))

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[MaintenanceWindow]:
        return find_windows(viewer, now=timezone.now(), **values)

    def rows(self, viewer: Viewer, found: Sequence[MaintenanceWindow]) -> list[MaintenanceWindow]:
        return list(found)

    def url(self, row: MaintenanceWindow) -> str:
        return reverse("monitoring:window", args=[row.pk])


WINDOWS = WindowList()


@console
def window_list(request: ConsoleRequest) -> HttpResponseBase:
    """Maintenance windows, latest first."""
    return show(request, WINDOWS)
