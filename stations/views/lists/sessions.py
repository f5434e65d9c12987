"""The list of sessions."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from drivers.permissions import Viewer
from stations.forms.filters import Filter, SessionFilter
from stations.models import Session
from stations.names import evse_name
from stations.selectors import visible_sites
from stations.selectors.lists import find_sessions
from stations.templatetags import console as shown
from stations.views.listing import Column, Listing, kilo, show
from stations.views.pages import ConsoleRequest, console
from stations.views.paging import Page, paginate

# As much of a transaction id as tells one from another.
_SHORT = 14


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def _where(session: Session) -> str:
    evse = evse_name(session.evse.number) if session.evse else ""
    return f"{evse} · {_short(session.transaction_id)}"


def _state(session: Session) -> object:
    if not session.is_flagged:
        return shown.session_state(session)
    odd = format_html('<span class="badge tone-occupied">{}{}</span>', shown.icon("alert"), gettext("Odd"))
    return format_html("{} {}", shown.session_state(session), odd)


def _duration_s(session: Session) -> int | None:
    return int((session.ended_at - session.started_at).total_seconds()) if session.ended_at else None


class SessionList(Listing[Session, Session]):
    name = "sessions"
    url_name = "stations:session-list"
    title = _("Sessions")
    about = _(
        "Charging sessions, newest first. Times are the site's own; days of the filter are UTC, or the chosen site's."
    )
    icon = "session"
    nothing = _("No sessions")
    nothing_about = _("No session matches. They appear here as soon as a vehicle starts to charge.")
    lead_css = "identity"
    ids = {"session_id": lambda s: s.pk, "transaction_id": lambda s: s.transaction_id}
    columns = (
        Column(
            "session",
            _("Session"),
            lambda s: s.station.identity,
            {"station": lambda s: s.station.identity, "evse": lambda s: s.evse.number if s.evse else None},
            _where,
        ),
        Column(
            "state",
            _("State"),
            _state,
            {"state": lambda s: "ended" if s.ended_at else s.phase, "is_odd": lambda s: s.is_flagged},
            is_state=True,
        ),
        Column("site", _("Site"), lambda s: s.station.site.name, {"site": lambda s: s.station.site.name}, css="soft"),
        Column("id_token", _("Id token"), lambda s: s.id_token, {"id_token": lambda s: s.id_token}, css="mono soft"),
        Column(
            "started_at",
            _("Started"),
            lambda s: shown.at(s.started_at, s.station.site),
            {"started_at": lambda s: s.started_at},
            css="nowrap",
        ),
        Column(
            "duration",
            _("Duration"),
            lambda s: shown.duration(s.started_at, s.ended_at),
            {"duration_s": _duration_s},
            css="end nowrap",
        ),
        Column(
            "energy",
            _("Energy"),
            lambda s: shown.kwh(s.energy_wh),
            {"energy_kwh": lambda s: kilo(s.energy_wh)},
            css="end nowrap",
        ),
        Column(
            "power",
            _("Power"),
            lambda s: shown.kw(s.power_w) if s.is_open else "",
            {"power_kw": lambda s: kilo(s.power_w) if s.is_open else None},
            css="end nowrap",
        ),
        Column(
            "ended_at",
            _("Ended"),
            lambda s: shown.at(s.ended_at, s.station.site),
            {"ended_at": lambda s: s.ended_at},
            css="nowrap",
            is_default=False,
        ),
        Column(
            "stop_reason",
            _("Why it ended"),
            lambda s: s.stop_reason,
            {"stop_reason": lambda s: s.stop_reason},
            css="soft",
            is_default=False,
        ),
        Column(
            "soc",
            _("State of charge"),
            lambda s: "" if s.soc_percent is None else shown.percent(s.soc_percent),
            {"soc_percent": lambda s: s.soc_percent},
            css="end nowrap",
            is_default=False,
        ),
        Column(
            "label",
            _("Token's label"),
            lambda s: s.token.label if s.token else "",
            {"token_label": lambda s: s.token.label if s.token else ""},
            css="soft",
            is_default=False,
        ),
        Column(
            "transaction",
            _("Transaction"),
            lambda s: _short(s.transaction_id),
            {},
            lambda s: evse_name(s.evse.number) if s.evse else "",
            css="mono soft",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> Filter:
        return SessionFilter(parameters, sites=visible_sites(viewer))

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[Session]:
        return find_sessions(viewer, **values)

    def rows(self, viewer: Viewer, found: Sequence[Session]) -> list[Session]:
        return list(found)

    def url(self, row: Session) -> str:
        return reverse("stations:session", args=[row.pk])

    def page(self, viewer: Viewer, values: Mapping[str, Any], parameters: QueryDict) -> Page:
        # There are millions, and nobody wants to know how many.
        return paginate(self.find(viewer, values), parameters)


SESSIONS = SessionList()


@console
def session_list(request: ConsoleRequest) -> HttpResponseBase:
    """Sessions, newest first."""
    return show(request, SESSIONS)
