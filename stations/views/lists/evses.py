"""The list of EVSEs."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drivers.permissions import Viewer
from stations.forms.filters import EvseFilter, Filter
from stations.models import Evse, Session, Station
from stations.selectors import visible_sites, visible_stations, with_use
from stations.selectors.glance import evse_glance
from stations.selectors.lists import find_evses
from stations.templatetags import console as shown
from stations.views import wording
from stations.views.listing import Column, Listing, kilo, show
from stations.views.lists.stations import STATUS_LABELS, EvseView, site_cell
from stations.views.pages import ConsoleRequest, console
from stations.views.paging import Page, paginate


def _plugs(row: EvseView) -> str:
    return ", ".join(shown.connector_type(c.type) for c in row.evse.connectors.all() if c.type)


def _changed_at(row: EvseView) -> Any:
    return max((c.status_at for c in row.evse.connectors.all() if c.status_at), default=None)


class EvseList(Listing[Evse, EvseView]):
    name = "evses"
    url_name = "stations:evse-list"
    title = _("EVSEs")
    about = _("Each place where one vehicle charges, with what it does now.")
    icon = "plug"
    nothing = _("No EVSEs")
    nothing_about = _("No EVSE matches these filters. They appear by themselves when a station says what it has.")
    lead_css = "identity"
    is_selectable = True
    ids = {"evse_id": lambda row: row.evse.pk, "station_id": lambda row: row.evse.station_id}
    columns = (
        Column(
            "evse",
            _("EVSE"),
            lambda row: f"{row.evse.station.identity} · {row.evse.number}",
            {"identity": lambda row: row.evse.station.identity, "evse": lambda row: row.evse.number},
            lambda row: f"{row.evse.station.vendor} {row.evse.station.model}",
        ),
        Column(
            "status",
            _("Status"),
            lambda row: shown.status(row.glance),
            {"status": lambda row: row.glance.value},
            is_state=True,
        ),
        Column("site", _("Site"), lambda r: site_cell(r.evse.station), {"site": lambda r: r.evse.station.site.name}),
        Column(
            "connectors",
            _("Connectors"),
            _plugs,
            {"connectors": lambda row: ", ".join(c.type for c in row.evse.connectors.all() if c.type)},
            css="soft",
        ),
        Column(
            "max_power",
            _("Rated power"),
            lambda row: shown.rated_kw(row.evse.max_power_w) if row.evse.max_power_w else "",
            {"max_power_kw": lambda row: kilo(row.evse.max_power_w)},
            css="end nowrap",
        ),
        Column(
            "power",
            _("Power now"),
            lambda row: shown.kw(row.session.power_w) if row.session else "",
            {"power_kw": lambda row: kilo(row.session.power_w) if row.session else None},
            css="end nowrap",
        ),
        Column(
            "session",
            _("Charging since"),
            lambda row: shown.at(row.session.started_at, row.evse.station.site) if row.session else "",
            {"session_started_at": lambda row: row.session.started_at if row.session else None},
            css="soft nowrap",
        ),
        Column(
            "changed_at",
            _("Status since"),
            lambda row: shown.ago(_changed_at(row)),
            {"status_at": _changed_at},
            css="soft nowrap",
        ),
        Column(
            "firmware",
            _("Firmware"),
            lambda row: row.evse.station.firmware_version,
            {"firmware_version": lambda row: row.evse.station.firmware_version},
            css="soft",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> Filter:
        types = wording.CONNECTOR_TYPES
        return EvseFilter(parameters, sites=visible_sites(viewer), words=STATUS_LABELS, connector_types=types)

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[Evse]:
        return with_use(find_evses(viewer, **values))

    def rows(self, viewer: Viewer, found: Sequence[Evse]) -> list[EvseView]:
        views = []
        for evse in found:
            sessions: list[Session] = getattr(evse, "open_sessions", [])
            glance = evse_glance(evse, connected=evse.station.connected)
            views.append(EvseView(evse, glance, sessions[0] if sessions else None))
        return views

    def url(self, row: EvseView) -> str:
        return reverse("stations:station", args=[row.evse.station.identity])

    def key(self, row: EvseView) -> str:
        return row.evse.station.identity

    def stations(self, viewer: Viewer, parameters: QueryDict) -> QuerySet[Station]:
        found = self.find(viewer, self.form(parameters, viewer).values())
        return visible_stations(viewer).filter(pk__in=found.order_by().values("station")).order_by("identity")

    def page(self, viewer: Viewer, values: Mapping[str, Any], parameters: QueryDict) -> Page:
        return paginate(self.find(viewer, values), parameters, is_counted="glance" not in values)


EVSES = EvseList()


@console
def evse_list(request: ConsoleRequest) -> HttpResponseBase:
    """EVSEs, filtered by what the URL says."""
    return show(request, EVSES)
