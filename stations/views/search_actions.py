"""What a search offers to do: commands by their names (“reset CP-0042”), and pages where something begins."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from stations.domain.commands import CommandKind as Kind
from stations.domain.search_text import meanings
from stations.models import Station
from stations.selectors.everywhere import stations_like
from stations.views.command_wording import COMMANDS
from stations.views.navigation import navigation
from stations.views.station_page import offered
from stations.views.wording import Text

STATIONS_MEANT = 3


@dataclass(frozen=True, slots=True)
class Verb:
    """A command as people ask for it. `words`: what else it is called, with commas between; `label`: where that is not
    the command's own; `filled`: what its form begins with, as in a URL."""

    kind: Kind
    words: Text
    label: Text = ""
    filled: str = ""


VERBS = (
    Verb(Kind.RESET, _("reset, restart, reboot")),
    Verb(Kind.REMOTE_START, _("start, start charging, remote start")),
    Verb(Kind.REMOTE_STOP, _("stop, stop charging, end session, remote stop")),
    Verb(Kind.UNLOCK, _("unlock, release cable")),
    Verb(
        Kind.CHANGE_AVAILABILITY,
        _("out of service, take out of service, disable"),
        _("Take out of service"),
        "?operative=false",
    ),
    Verb(
        Kind.CHANGE_AVAILABILITY,
        _("in service, back into service, enable"),
        _("Bring back into service"),
        "?operative=true",
    ),
    Verb(Kind.RESERVE, _("reserve, book")),
    Verb(Kind.SET_CHARGING_PROFILE, _("limit, limit power, charging profile")),
    Verb(Kind.TRIGGER, _("trigger, ask, ask status")),
    Verb(Kind.GET_LOG, _("log, logs, diagnostics")),
)


@dataclass(frozen=True, slots=True)
class Start:
    """A page where something begins. `words`: what else one may call it."""

    url_name: str
    label: Text
    words: Text
    icon: str
    permission: Permission


STARTS = (
    Start("stations:site-new", _("Create a site"), _("new site, add site"), "site", Permission.MANAGE_NETWORK),
    Start(
        "stations:station-new",
        _("Add a station"),
        _("new station, create station"),
        "station",
        Permission.MANAGE_NETWORK,
    ),
    Start(
        "stations:station-import", _("Import stations"), _("csv, upload stations"), "list", Permission.MANAGE_NETWORK
    ),
    Start(
        "stations:member-list", _("Invite a member"), _("new member, add colleague"), "user", Permission.MANAGE_MEMBERS
    ),
    Start("stations:wall", _("Wall board"), _("big screen, monitor"), "overview", Permission.VIEW_NETWORK),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to do. `opens_dialog`: its form opens over the page."""

    label: Text
    about: Text
    icon: str
    url: str
    opens_dialog: bool = False


def commands_meant(viewer: Viewer, text: str, here: Station | None) -> list[Offer]:
    """Commands that the text asks for, at the stations it names, or else at the one that is looked at; none that the
    viewer may not send there or the station has no words for."""
    offers = []
    for verb, rest in meanings(text, {verb: _phrases(verb) for verb in VERBS})[:STATIONS_MEANT]:
        stations = stations_like(viewer, rest, limit=STATIONS_MEANT) if rest else [here] if here else []
        for station in stations:
            if verb.kind in dict(offered(viewer, station)):
                offers.append(_offer(verb, station))
    return offers


def starts_meant(text: str, granted: Collection[str]) -> list[Offer]:
    """Pages where something begins that the text names, for somebody with these permissions."""
    meant = [
        start
        for start in STARTS
        if start.permission in granted and _names(text, f"{start.label} {start.words}".replace(",", " "))
    ]
    return [Offer(start.label, "", start.icon, reverse(start.url_name)) for start in meant]


def pages_meant(text: str, granted: Collection[str]) -> list[Offer]:
    """Pages of the main navigation that the text names."""
    links = [(heading, link) for heading, found in navigation("", granted) for link in found]
    return [
        Offer(link.entry.label, heading, link.entry.icon, link.url)
        for heading, link in links
        if _names(text, str(link.entry.label))
    ]


def _offer(verb: Verb, station: Station) -> Offer:
    text = COMMANDS[verb.kind]
    url = reverse("stations:command-send", args=[station.identity, verb.kind]) + verb.filled
    return Offer(f"{verb.label or text.label} · {station.identity}", station.site.name, text.icon, url, True)


def _phrases(verb: Verb) -> list[str]:
    """In the reader's language, and as the protocol says it."""
    own = [str(verb.label or COMMANDS[verb.kind].label)]
    if not verb.filled:
        own.append(verb.kind.value.replace("_", " "))
    return [*own, *(word.strip() for word in str(verb.words).split(","))]


def _names(text: str, label: str) -> bool:
    """Whether each word of the text begins a word of the label."""
    known = label.casefold().split()
    words = text.casefold().split()
    return bool(words) and len(text) > 1 and all(any(k.startswith(word) for k in known) for word in words)
