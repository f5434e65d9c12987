"""The list of stations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from drivers.permissions import Viewer
from stations.domain.status import Availability
from stations.forms.filters import Filter, StationFilter
from stations.models import Evse, Session, Station
from stations.names import evse_name
from stations.selectors import visible_sites, with_evses
from stations.selectors.glance import evse_glance, station_glance, worst_first
from stations.selectors.lists import find_stations
from stations.templatetags import console as shown
from stations.views import paging, wording
from stations.views.listing import Column, Listing, kilo, show
from stations.views.pages import ConsoleRequest, console
from stations.views.paging import Page, paginate, paginate_found

STATUS_LABELS = {word: text.label for word, text in wording.AVAILABILITY.items()}


@dataclass(frozen=True, slots=True)
class EvseView:
    """An EVSE as it is shown: its one word and the session that runs there."""

    evse: Evse
    glance: Availability
    session: Session | None


@dataclass(frozen=True, slots=True)
class StationRow:
    """A station as a list shows it."""

    station: Station
    glance: Availability
    evses: list[EvseView]


def evse_views(station: Station) -> list[EvseView]:
    """The EVSEs of a station fetched with `with_evses`."""
    found = []
    for evse in station.evses.all():
        sessions: list[Session] = getattr(evse, "open_sessions", [])
        session = sessions[0] if sessions else None
        found.append(EvseView(evse, evse_glance(evse, connected=station.connected), session))
    return found


def worst_page(stations: QuerySet[Station], parameters: QueryDict) -> Page:
    """A page of the stations, worst first."""

    def beyond(key: str, backwards: bool) -> list[tuple[Availability, str]]:
        return worst_first(stations, beyond=key, backwards=backwards, limit=paging.PAGE_SIZE + 1)

    page = paginate_found(beyond, ",".join, parameters)
    identities = [identity for _word, identity in page.items]
    known = {station.identity: station for station in stations.filter(identity__in=identities)}
    return replace(page, items=[known[identity] for identity in identities if identity in known])


def site_cell(station: Station) -> object:
    """A link to the station's site."""
    url = reverse("stations:site", args=[station.site_id])
    return format_html('<a class="soft" href="{}">{}</a>', url, station.site.name)


def _pips(row: StationRow) -> object:
    pips = ((shown.pip(view.glance, evse_name(view.evse.number)),) for view in row.evses)
    return format_html('<div class="pips">{}</div>', format_html_join("", "{}", pips)) if row.evses else ""


class StationList(Listing[Station, StationRow]):
    name = "stations"
    url_name = "stations:station-list"
    title = _("Stations")
    about = _("Every charging station you look after, with what it does now.")
    icon = "station"
    nothing = _("No stations")
    nothing_about = _(
        "No station matches these filters. Chargers that were turned away stand under Refused connections."
    )
    template = "stations/station_list.html"
    lead_css = "identity"
    is_selectable = True
    ids = {"station_id": lambda row: row.station.pk}
    columns = (
        Column(
            "station",
            _("Station"),
            lambda row: row.station.identity,
            {"identity": lambda row: row.station.identity},
            lambda row: f"{row.station.vendor} {row.station.model}",
        ),
        Column(
            "status",
            _("Status"),
            lambda row: shown.status(row.glance),
            {"status": lambda row: row.glance.value, "is_connected": lambda row: row.station.connected},
            is_state=True,
        ),
        Column("site", _("Site"), lambda row: site_cell(row.station), {"site": lambda row: row.station.site.name}),
        Column("evses", _("EVSEs"), _pips, {"evses": lambda row: len(row.evses)}),
        Column(
            "power",
            _("Power"),
            lambda row: shown.kw(shown.total_power(row.evses)),
            {"power_kw": lambda row: kilo(shown.total_power(row.evses))},
            css="end nowrap",
        ),
        Column(
            "protocol",
            _("Protocol"),
            lambda row: shown.protocol(row.station.protocol),
            {"protocol": lambda row: row.station.protocol},
            css="soft nowrap",
        ),
        Column(
            "firmware",
            _("Firmware"),
            lambda row: row.station.firmware_version,
            {"firmware_version": lambda row: row.station.firmware_version},
            css="soft",
        ),
        Column(
            "last_seen",
            _("Last seen"),
            lambda row: shown.ago(row.station.last_seen),
            {"last_seen": lambda row: row.station.last_seen},
            css="soft nowrap",
        ),
        Column(
            "name",
            _("Name"),
            lambda row: row.station.name,
            {"name": lambda row: row.station.name},
            css="soft",
            is_default=False,
        ),
        Column(
            "make",
            _("Make"),
            lambda row: row.station.vendor,
            {"vendor": lambda row: row.station.vendor, "model": lambda row: row.station.model},
            lambda row: row.station.model,
            css="soft",
            is_default=False,
        ),
        Column(
            "serial_number",
            _("Serial number"),
            lambda row: row.station.serial_number,
            {"serial_number": lambda row: row.station.serial_number},
            css="mono soft",
            is_default=False,
        ),
        Column(
            "registration",
            _("Registration"),
            lambda row: row.station.get_registration_display(),
            {"registration": lambda row: row.station.registration},
            css="soft",
            is_default=False,
        ),
        Column(
            "security_profile",
            _("Security profile"),
            lambda row: row.station.get_security_profile_display(),
            {"security_profile": lambda row: row.station.security_profile},
            css="soft",
            is_default=False,
        ),
        Column(
            "created_at",
            _("Added"),
            lambda row: shown.at(row.station.created_at, row.station.site),
            {"created_at": lambda row: row.station.created_at},
            css="soft nowrap",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> Filter:
        return StationFilter(parameters, sites=visible_sites(viewer), words=STATUS_LABELS)

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[Station]:
        rest = {name: value for name, value in values.items() if name != "worst_first"}
        return with_evses(find_stations(viewer, **rest))

    def rows(self, viewer: Viewer, found: Sequence[Station]) -> list[StationRow]:
        return [StationRow(station, station_glance(station), evse_views(station)) for station in found]

    def url(self, row: StationRow) -> str:
        return reverse("stations:station", args=[row.station.identity])

    def key(self, row: StationRow) -> str:
        return row.station.identity

    def stations(self, viewer: Viewer, parameters: QueryDict) -> QuerySet[Station]:
        return self.find(viewer, self.form(parameters, viewer).values())

    def page(self, viewer: Viewer, values: Mapping[str, Any], parameters: QueryDict) -> Page:
        stations = self.find(viewer, values)
        if values.get("worst_first") and "glance" not in values:
            return worst_page(stations, parameters)
        # How many have a word takes longer than to find the first ones.
        return paginate(stations, parameters, is_counted="glance" not in values)


STATIONS = StationList()


@console
def station_list(request: ConsoleRequest) -> HttpResponseBase:
    """Stations, filtered by what the URL says."""
    return show(request, STATIONS)
