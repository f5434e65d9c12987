"""What all pages of one station have in common: finding it, its head with tabs, and the commands it takes."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from stations.domain.commands import CommandKind
from stations.domain.contenders import is_over
from stations.models import Evse, Session, SharedIdentity, Station
from stations.ocpp import protocols
from stations.permissions import command_kinds, may
from stations.selectors import visible_stations
from stations.selectors.glance import with_glance
from stations.views.command_wording import COMMANDS, GROUPS, CommandText, Group
from stations.views.pages import ConsoleRequest
from stations.views.wording import Text


@dataclass(frozen=True, slots=True)
class Tab:
    """A page of a station. `permission`: who sees it."""

    name: str
    url_name: str
    label: Text
    permission: Permission = Permission.VIEW_NETWORK
    # OCPP 1.6 has nothing to show there.
    needs_device_model: bool = False

    def fits(self, station: Station) -> bool:
        return not (self.needs_device_model and station.protocol == "ocpp1.6")


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that belong together; their tabs stand below the section's own, unless there is but one."""

    label: Text
    tabs: tuple[Tab, ...]


_SESSIONS, _TOKENS = Permission.VIEW_SESSIONS, Permission.VIEW_TOKENS
SECTIONS = (
    Section(_("Now"), (Tab("now", "stations:station", _("Now")),)),
    Section(_("Commands"), (Tab("commands", "stations:station-commands", _("Commands")),)),
    Section(
        _("Drivers"),
        (
            Tab("reservations", "stations:station-reservations", _("Reservations"), _SESSIONS),
            Tab("tokens", "stations:station-tokens", _("Id tokens"), _SESSIONS),
            Tab("customers", "stations:station-customers", _("Customers"), _TOKENS, needs_device_model=True),
        ),
    ),
    Section(_("Power"), (Tab("power", "stations:station-power", _("Power")),)),
    Section(
        _("Configuration"),
        (
            Tab("configuration", "stations:station-configuration", _("Values")),
            Tab("display", "stations:station-display", _("Display"), needs_device_model=True),
        ),
    ),
    Section(
        _("Diagnostics"),
        (
            Tab("messages", "stations:station-messages", _("Messages"), _SESSIONS),
            Tab("logs", "stations:station-logs", _("Logs")),
            Tab("monitoring", "stations:station-monitoring", _("Monitoring"), needs_device_model=True),
        ),
    ),
    Section(
        _("On site"),
        (
            Tab("notes", "stations:station-notes", _("Notes")),
            Tab("photos", "stations:station-photos", _("Photos")),
            Tab("labels", "stations:station-labels", _("Labels")),
        ),
    ),
    Section(
        _("Connection"),
        (
            Tab("connection", "stations:station-checks", _("Checks")),
            Tab("security", "stations:station-security", _("Security")),
            Tab("setup", "stations:station-setup", _("Setup")),
        ),
    ),
)


def station_of(request: ConsoleRequest, identity: str) -> Any:
    """The station with what its pages show; raises Http404 for one the viewer does not see."""
    running = Session.objects.filter(ended_at=None).select_related("token", "station__site").order_by("-started_at")
    evses = Evse.objects.prefetch_related("connectors", Prefetch("sessions", running, to_attr="open_sessions"))
    stations = with_glance(visible_stations(request.user)).select_related("site", "connection", "shared_identity")
    return get_object_or_404(stations.prefetch_related(Prefetch("evses", evses)), identity=identity)


def header(request: ConsoleRequest, station: Station, tab: str) -> dict[str, Any]:
    """The context of `stations/station_page.html`; `tab`: the name of the page shown."""
    connectors = [connector for evse in station.evses.all() for connector in evse.connectors.all()]
    kinds = offered(request.user, station)
    sections = _sections(request, station)
    return {
        "station": station,
        "tab": tab,
        "sections": sections,
        "section": next((found for found in sections if tab in [entry.name for entry in found.tabs]), None),
        "kinds": kinds,
        "at_hand": [(kind, text) for kind, text in kinds if kind in _AT_HAND],
        "menu": [(kind, COMMANDS[kind]) for kind in _EVERYDAY if (kind, COMMANDS[kind]) in kinds],
        "shared_identity": _shared_identity(station),
        "may_manage": may(request.user, Permission.MANAGE_NETWORK, station.site),
        "may_group": len(connectors) > 1 and may(request.user, Permission.MANAGE_NETWORK, station.site),
    }


def _sections(request: ConsoleRequest, station: Station) -> list[Section]:
    """What the viewer sees of the sections, and only where there is anything."""
    seen = []
    for section in SECTIONS:
        tabs = tuple(t for t in section.tabs if t.fits(station) and may(request.user, t.permission, station.site))
        if tabs:
            seen.append(Section(section.label, tabs))
    return seen


def _shared_identity(station: Station) -> SharedIdentity | None:
    """The two chargers that come with the station's identity, as long as they do."""
    found: SharedIdentity | None = getattr(station, "shared_identity", None)
    return None if found is None or is_over(found.last_at, timezone.now()) else found


Offered = list[tuple[CommandKind, CommandText]]


def offered(viewer: Viewer, station: Station) -> Offered:
    """The commands the viewer may send and the station's version has words for; before it ever connected, all."""
    allowed = command_kinds(viewer, station.site)
    spoken = protocols.named(station.protocol)
    expressible = {*spoken.routes.encoders, CommandKind.CALL} if spoken else set(CommandKind)
    return [(kind, text) for kind, text in COMMANDS.items() if kind in allowed and kind in expressible]


_AT_HAND = (CommandKind.REMOTE_START, CommandKind.RESET)
# What is wanted every day; the rest stands on the page of commands, and where it belongs.
_EVERYDAY = (
    CommandKind.REMOTE_STOP,
    CommandKind.UNLOCK,
    CommandKind.RESERVE,
    CommandKind.CHANGE_AVAILABILITY,
    CommandKind.SET_CHARGING_PROFILE,
    CommandKind.TRIGGER,
    CommandKind.GET_LOG,
)


def grouped(offered: Offered) -> list[tuple[Text, Offered]]:
    """The commands under their groups' headings."""
    found = {group: [(kind, text) for kind, text in offered if text.group == group] for group in Group}
    return [(GROUPS[group], commands) for group, commands in found.items() if commands]
