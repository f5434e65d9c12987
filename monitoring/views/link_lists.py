"""The lists of links and of lost connections."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from drivers.formats import plain_number
from drivers.permissions import Viewer
from monitoring.models import Drop, StationLink
from monitoring.selectors.links import find_drops, find_links
from monitoring.views.link_wording import CULPRITS, culprit_word, grounds, parting_text, score_word
from stations.forms.filters import DaysFilter, Filter, SiteChoiceFilter
from stations.selectors import visible_sites
from stations.templatetags import console as shown
from stations.views.listing import Column, Listing
from stations.views.lists.stations import site_cell
from stations.views.paging import Page, paginate


class LinkFilter(SiteChoiceFilter):
    field_order = ("text", "band", "site")

    band = forms.ChoiceField(
        required=False,
        label=_("Score"),
        choices=[
            ("", _("Any score")),
            ("poor", _("Poor, below 70")),
            ("fair", _("Fair, 70 to 89")),
            ("good", _("Good, from 90")),
            ("none", _("None yet")),
        ],
    )
    provider = forms.CharField(required=False, max_length=80, label=_("Provider"))


class DropFilter(DaysFilter, SiteChoiceFilter):
    field_order = ("text", "culprit", "site", "since", "until")
    further = ("provider",)

    culprit = forms.ChoiceField(required=False, label=_("Cause"))
    provider = forms.CharField(required=False, max_length=80, label=_("Provider"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["culprit"]
        field.choices = [("", _("Any cause")), *((key.value, word.label) for key, word in CULPRITS.items())]


def ms(value: float | None) -> str:
    """Milliseconds, to the millisecond."""
    return "" if value is None else f"{plain_number(round(value))} ms"


def share(value: float | None) -> str:
    """Never rounded up to a hundred."""
    return "" if value is None else "100 %" if value == 1 else f"{plain_number(int(value * 1000) / 10)} %"


def _station_url(identity: str) -> str:
    return reverse("monitoring:station-link", args=[identity])


class LinkList(Listing[StationLink, StationLink]):
    name = "links"
    url_name = "monitoring:link-list"
    title = _("Connectivity")
    about = _("How good the connection of every charger was in the last seven days, worst first.")
    icon = "online"
    nothing = _("No charger matches")
    nothing_about = _("A charger has a score a quarter of an hour after it first connected.")
    template = "monitoring/link_list.html"
    lead_css = "identity"
    ids = {"station_id": lambda link: link.station_id}
    columns = (
        Column(
            "station",
            _("Station"),
            lambda link: link.station.identity,
            {"identity": lambda link: link.station.identity},
        ),
        Column(
            "score",
            _("Score"),
            lambda link: shown.badge(score_word(link.score)),
            {"score": lambda link: link.score},
            is_state=True,
        ),
        Column(
            "site",
            _("Site"),
            lambda link: site_cell(link.station),
            {"site": lambda link: link.station.site.name},
        ),
        Column("provider", _("Provider"), lambda link: link.provider, {"provider": lambda link: link.provider}),
        Column(
            "connected",
            _("Connected"),
            lambda link: share(link.connected),
            {"connected_share": lambda link: link.connected},
            css="end nowrap",
        ),
        Column("drops", _("Drops"), lambda link: link.drops, {"drops": lambda link: link.drops}, css="end nowrap"),
        Column(
            "ping",
            _("Ping"),
            lambda link: ms(link.rtt_ms),
            {"ping_ms": lambda link: link.rtt_ms, "pings_lost_share": lambda link: link.lost},
            css="end nowrap",
        ),
        Column(
            "answer",
            _("Answer to a CALL"),
            lambda link: ms(link.answer_ms),
            {"answer_ms": lambda link: link.answer_ms},
            css="end nowrap",
        ),
        Column(
            "delay",
            _("Message delay"),
            lambda link: ms(link.delay_ms),
            {"delay_ms": lambda link: link.delay_ms},
            css="end nowrap",
            is_default=False,
        ),
        Column(
            "signal",
            _("Signal"),
            lambda link: "" if link.signal_dbm is None else f"{link.signal_dbm:.0f} dBm",
            {"signal_dbm": lambda link: link.signal_dbm},
            css="end nowrap",
            is_default=False,
        ),
        Column(
            "address",
            _("Address"),
            lambda link: link.address,
            {"address": lambda link: link.address},
            css="mono soft",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> Filter:
        return LinkFilter(parameters, sites=visible_sites(viewer))

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[StationLink]:
        return find_links(viewer, **values)

    def rows(self, viewer: Viewer, found: Sequence[StationLink]) -> list[StationLink]:
        return list(found)

    def url(self, row: StationLink) -> str:
        return _station_url(row.station.identity)


def _when(drop: Drop) -> object:
    return shown.at(drop.at, drop.station.site, seconds=True)


def _station(drop: Drop) -> object:
    return format_html('<a class="identity" href="{}">{}</a>', _station_url(drop.station.identity), drop.station)


class DropList(Listing[Drop, Drop]):
    name = "drops"
    url_name = "monitoring:drop-list"
    title = _("Lost connections")
    about = _("Every connection that ended, and whose doing it was: the router, the provider, the charger, or ours.")
    icon = "offline"
    nothing = _("No connection was lost")
    nothing_about = _("What ends stands here at once, and whose fault it was after a minute and a half.")
    template = "monitoring/drop_list.html"
    ids = {"drop_id": lambda drop: drop.pk}
    columns = (
        Column("when", _("When"), _when, {"at": lambda drop: drop.at}),
        Column(
            "culprit",
            _("Cause"),
            lambda drop: shown.badge(culprit_word(drop)),
            {"culprit": lambda drop: drop.culprit, "lost": lambda drop: drop.lost, "stood": lambda drop: drop.stood},
            grounds,
            is_state=True,
        ),
        Column("station", _("Station"), _station, {"station": lambda drop: drop.station.identity}),
        Column("site", _("Site"), lambda drop: site_cell(drop.station), {"site": lambda drop: drop.station.site.name}),
        Column("how", _("How"), parting_text, {"how": lambda drop: drop.parting, "code": lambda drop: drop.code}),
        Column(
            "away",
            _("Away"),
            lambda drop: shown.duration(drop.heard_at, drop.back_at) if drop.back_at else _("still"),
            {"last_heard_at": lambda drop: drop.heard_at, "back_at": lambda drop: drop.back_at},
            css="end nowrap",
        ),
        Column(
            "provider",
            _("Provider"),
            lambda drop: drop.provider,
            {"provider": lambda drop: drop.provider, "address": lambda drop: drop.address},
            css="soft",
            is_default=False,
        ),
        Column(
            "boot",
            _("Boot reason"),
            lambda drop: drop.boot_reason,
            {"boot_reason": lambda drop: drop.boot_reason},
            css="soft",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> Filter:
        return DropFilter(parameters, sites=visible_sites(viewer))

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[Drop]:
        return find_drops(viewer, **values)

    def rows(self, viewer: Viewer, found: Sequence[Drop]) -> list[Drop]:
        return list(found)

    def page(self, viewer: Viewer, values: Mapping[str, Any], parameters: QueryDict) -> Page:
        return paginate(self.find(viewer, values), parameters)

    def url(self, row: Drop) -> str:
        return reverse("monitoring:drop", args=[row.pk])


LINKS, DROPS = LinkList(), DropList()
