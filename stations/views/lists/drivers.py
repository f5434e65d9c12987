"""The list of drivers."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import Permission
from drivers.models import User
from drivers.permissions import Viewer
from stations.forms.filters import DriverFilter, Filter
from stations.selectors.drivers import DriverState, driver_states, find_drivers
from stations.templatetags import console as shown
from stations.views.listing import Column, Listing, show
from stations.views.pages import ConsoleRequest, console

_TOKENS_SHOWN = 3


def _tokens(state: DriverState) -> str:
    named = ", ".join(token.label or token.value for token in state.tokens[:_TOKENS_SHOWN])
    return f"{named} …" if len(state.tokens) > _TOKENS_SHOWN else named


class DriverList(Listing[User, DriverState]):
    name = "drivers"
    url_name = "stations:driver-list"
    title = _("Drivers")
    about = _("People who charge with id tokens of yours.")
    icon = "user"
    nothing = _("No drivers")
    nothing_about = _("A driver stands here as soon as an id token is theirs: give one their email address.")
    permission = Permission.VIEW_TOKENS
    is_live = False
    ids = {"driver_id": lambda s: s.user.pk}
    columns = (
        Column(
            "driver",
            _("Driver"),
            lambda s: s.user.name or s.user.email,
            {"name": lambda s: s.user.name, "email": lambda s: s.user.email},
            lambda s: s.user.email if s.user.name else "",
        ),
        Column(
            "tokens",
            _("Id tokens"),
            lambda s: len(s.tokens),
            {"id_tokens": lambda s: ", ".join(token.value for token in s.tokens)},
            _tokens,
        ),
        Column(
            "recent",
            _("Sessions, 30 days"),
            lambda s: s.recent_sessions,
            {"sessions_30_days": lambda s: s.recent_sessions},
            css="end",
        ),
        Column(
            "last_session",
            _("Last session"),
            lambda s: shown.ago(s.last_session_at),
            {"last_session_at": lambda s: s.last_session_at},
            css="soft nowrap",
        ),
        Column(
            "joined",
            _("Joined"),
            lambda s: shown.at(s.user.date_joined),
            {"joined_at": lambda s: s.user.date_joined},
            css="soft nowrap",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> Filter:
        return DriverFilter(parameters)

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[User]:
        return find_drivers(viewer, **values)

    def rows(self, viewer: Viewer, found: Sequence[User]) -> list[DriverState]:
        return driver_states(viewer, found)

    def url(self, row: DriverState) -> str:
        return reverse("stations:driver", args=[row.user.pk])


DRIVERS = DriverList()


@console
def driver_list(request: ConsoleRequest) -> HttpResponseBase:
    """Drivers, filtered by what the URL says."""
    return show(request, DRIVERS)
