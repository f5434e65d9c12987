"""The console's main navigation: the side bar at a desk, the bar and its menu on a phone.

Pages of higher apps stand in it too: `config.wiring` registers them, and this floor never knows whose they are.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from drivers.domain.roles import Permission
from stations.views.wording import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the network. `permission`: who sees it; `in_bar`: on a phone it stands in the bar."""

    url_name: str
    label: Text
    icon: str
    permission: Permission = Permission.VIEW_NETWORK
    in_bar: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as a page shows it."""

    entry: Entry
    url: str
    is_current: bool


Group = tuple[Text, tuple[Entry, ...]]

_SESSIONS = Permission.VIEW_SESSIONS
_GROUPS: tuple[Group, ...] = (
    ("", (Entry("stations:overview", _("Overview"), "overview", in_bar=True),)),
    (
        _("Network"),
        (
            Entry("stations:site-list", _("Sites"), "site", in_bar=True),
            Entry("stations:station-list", _("Stations"), "station", in_bar=True),
            Entry("stations:evse-list", _("EVSEs"), "plug"),
            Entry("stations:waiting-list", _("Waiting stations"), "clock"),
            Entry("stations:map", _("Public map"), "map"),
        ),
    ),
    (
        pgettext_lazy("heading", "Charging"),
        (
            Entry("stations:session-list", _("Sessions"), "session", _SESSIONS, in_bar=True),
            Entry("stations:driver-list", _("Drivers"), "user", Permission.VIEW_TOKENS),
            Entry("stations:token-list", _("Id tokens"), "card", Permission.VIEW_TOKENS),
            Entry("stations:profile-list", _("Charging profiles"), "gauge"),
        ),
    ),
    (
        _("Operations"),
        (
            Entry("stations:command-list", _("Commands"), "command"),
            Entry("stations:template-list", _("Configuration"), "sliders"),
            Entry("stations:message-list", _("Messages"), "message", _SESSIONS),
        ),
    ),
    (
        _("Security"),
        (
            Entry("stations:refused-list", _("Refused connections"), "refused"),
            Entry("stations:security-event-list", _("Security events"), "alert"),
            Entry("stations:root-list", _("Root certificates"), "lock"),
        ),
    ),
    (
        _("Organization"),
        (
            Entry("stations:member-list", _("Members"), "user", Permission.MANAGE_MEMBERS),
            Entry("stations:key-list", _("API keys"), "code"),
            Entry("stations:audit-list", _("Audit log"), "list", Permission.VIEW_AUDIT),
            Entry("stations:organization", _("Settings"), "settings", Permission.MANAGE_MEMBERS),
        ),
    ),
)
# Groups of higher apps, between operations and security.
_OURS = 4
_registered: list[Group] = []
# Every other page of the console stands below the overview, and every page below the map.
_ALONE = ("stations:overview", "stations:map")


_personal: list[Entry] = []


def register_personal(entry: Entry) -> None:
    """Show a page of a higher app in everybody's own menu."""
    if entry not in _personal:
        _personal.append(entry)


def personal(path: str) -> list[Link]:
    """The pages of higher apps that are about whoever looks."""
    return [_link(entry, path) for entry in _personal]


def register(group: Group) -> None:
    """Show a group of a higher app's pages."""
    if group not in _registered:
        _registered.append(group)


def navigation(path: str, granted: Collection[str]) -> list[tuple[Text, list[Link]]]:
    """The groups with the links that somebody with the permissions `granted` sees at `path`."""
    groups = [
        (heading, [_link(entry, path) for entry in entries if entry.permission in granted])
        for heading, entries in (*_GROUPS[:_OURS], *_registered, *_GROUPS[_OURS:])
    ]
    return [(heading, links) for heading, links in groups if links]


def _link(entry: Entry, path: str) -> Link:
    url = reverse(entry.url_name)
    return Link(entry, url, path == url if entry.url_name in _ALONE else path.startswith(url))
