"""The list of sites."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from drivers.permissions import Viewer
from stations.domain.status import Availability
from stations.forms.filters import Filter, SiteFilter
from stations.models import Site
from stations.selectors.lists import SiteState, find_sites, site_states
from stations.templatetags import console as shown
from stations.views.listing import Column, Listing, kilo, show
from stations.views.pages import ConsoleRequest, console


def _status(state: SiteState) -> object:
    if state.total:
        return shown.status(state.worst)
    return format_html('<span class="quiet">{}</span>', gettext("No stations"))


def _stations(state: SiteState) -> str:
    if not state.troubled:
        return str(state.total)
    return f"{state.total} · {gettext('%(n)s with trouble') % {'n': state.troubled}}"


class SiteList(Listing[Site, SiteState]):
    name = "sites"
    url_name = "stations:site-list"
    title = _("Sites")
    about = _("Places with stations, and how they are doing.")
    icon = "site"
    nothing = _("No sites")
    nothing_about = _("No site matches, or none has been created yet.")
    template = "stations/site_list.html"
    ids = {"site_id": lambda state: state.site.pk}
    columns = (
        Column("site", _("Site"), lambda s: s.site.name, {"site": lambda s: s.site.name}, lambda s: s.site.city),
        Column("status", _("Status"), _status, {"status": lambda s: s.worst.value if s.total else ""}, is_state=True),
        Column(
            "stations",
            _("Stations"),
            lambda s: format_html('<div class="site-bar">{}</div>', shown.status_bar(s.stations)),
            {
                "stations": lambda s: s.total,
                "stations_faulted": lambda s: s.stations.get(Availability.FAULTED, 0),
                "stations_offline": lambda s: s.stations.get(Availability.OFFLINE, 0),
            },
            _stations,
        ),
        Column(
            "free",
            _("Free EVSEs"),
            lambda s: format_html('{} <span class="quiet">/ {}</span>', s.free, s.evse_total),
            {"evses_free": lambda s: s.free, "evses": lambda s: s.evse_total},
            css="end",
        ),
        Column("sessions", _("Sessions"), lambda s: s.sessions, {"sessions_running": lambda s: s.sessions}, css="end"),
        Column(
            "power",
            _("Power"),
            lambda s: shown.kw(s.power_w),
            {"power_kw": lambda s: kilo(s.power_w)},
            css="end nowrap",
        ),
        Column(
            "address",
            _("Address"),
            lambda s: s.site.address,
            {"address": lambda s: s.site.address, "city": lambda s: s.site.city, "country": lambda s: s.site.country},
            lambda s: f"{s.site.city} {s.site.country}",
            css="soft",
            is_default=False,
        ),
        Column(
            "coordinates",
            _("Coordinates"),
            lambda s: f"{s.site.latitude}, {s.site.longitude}",
            {"latitude": lambda s: s.site.latitude, "longitude": lambda s: s.site.longitude},
            css="soft nowrap",
            is_default=False,
        ),
        Column(
            "timezone",
            _("Time zone"),
            lambda s: s.site.timezone,
            {"timezone": lambda s: s.site.timezone},
            css="soft",
            is_default=False,
        ),
        Column(
            "access",
            _("Access"),
            lambda s: s.site.get_access_display(),
            {"access": lambda s: s.site.access, "is_public": lambda s: s.site.is_public},
            css="soft",
            is_default=False,
        ),
        Column(
            "organization",
            _("Organization"),
            lambda s: s.site.organization.name,
            {"organization": lambda s: s.site.organization.name},
            css="soft",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> Filter:
        return SiteFilter(parameters)

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[Site]:
        return find_sites(viewer, **values).order_by("name", "id")

    def rows(self, viewer: Viewer, found: Sequence[Site]) -> list[SiteState]:
        return site_states(viewer, list(found))

    def url(self, row: SiteState) -> str:
        return reverse("stations:site", args=[row.site.pk])


SITES = SiteList()


@console
def site_list(request: ConsoleRequest) -> HttpResponseBase:
    """Sites with what goes on there."""
    return show(request, SITES)
