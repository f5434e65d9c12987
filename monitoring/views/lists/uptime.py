"""The list of ports by their uptime, the worst first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from drivers.permissions import Viewer
from monitoring.domain.uptime import NEVI_TARGET, UK_TARGET, State, month_of, uk_reliability
from monitoring.forms.uptime import UptimeFilter
from monitoring.models import Port
from monitoring.selectors import uptime
from monitoring.selectors.uptime import PortFigures
from monitoring.selectors.worst_ports import Counted, worst_first
from monitoring.views.words import CAUSES
from stations.forms.filters import Filter
from stations.selectors import visible_sites
from stations.templatetags import console as shown
from stations.views.listing import Column, Listing
from stations.views.paging import Page, paginate_list
from stations.views.wording import Word

NEVI, UK, AVAILABILITY = "nevi", "uk", "availability"
TARGETS = {NEVI: NEVI_TARGET, UK: UK_TARGET, AVAILABILITY: NEVI_TARGET}
_NOW = {
    State.UP: Word(_("Works"), "check", "available"),
    State.DOWN: Word(_("Out"), "alert", "faulted"),
    State.UNKNOWN: Word(_("Silent"), "offline", "offline"),
}
GONE = Word(_("Removed"), "minus", "unavailable")
UNMEASURED = Word(_("Not measured yet"), "question", "unknown")


@dataclass(frozen=True, slots=True)
class Row:
    """`figure`: percent, by the measure asked for; None where nothing was measured."""

    figures: PortFigures
    measure: str

    @property
    def port(self) -> Port:
        return self.figures.port

    @property
    def figure(self) -> float | None:
        return figure_of(self.figures, self.measure)

    @property
    def state(self) -> Word:
        if self.port.removed_at:
            return GONE
        return _NOW[State(self.port.state)] if self.port.state else UNMEASURED


def figure_of(figures: PortFigures, measure: str) -> float | None:
    """Of twelve months, in percent. Each by its own rule: docs/uptime.md."""
    if measure == UK:
        return uk_reliability(figures.sums)
    if measure == AVAILABILITY:
        return figures.availability
    return figures.nevi.uptime if figures.through else None


def percent(value: float | None) -> str:
    """With two decimals, never rounded up to a target that was missed."""
    if value is None:
        return "–"
    return gettext("%(number)s %%") % {"number": number_format(int(value * 100) / 100, 2)}


def minutes(value: float) -> str:
    return gettext("%(number)s min") % {"number": number_format(value, 0, force_grouping=True)}


class UptimeList(Listing[Port, Row]):
    name = "uptime"
    url_name = "monitoring:uptime"
    title = _("Uptime")
    about = _("How much of the time each port could charge a vehicle, the worst first.")
    icon = "gauge"
    nothing = _("Nothing measured")
    nothing_about = _(
        "No port matches, or none has been connected yet. Uptime is measured from its first connection on."
    )
    template = "monitoring/uptime.html"
    lead_css = "identity"
    is_live = False
    ids = {"evse_id": lambda row: row.port.pk, "month": lambda row: f"{row.figures.month:%Y-%m}"}
    columns = (
        Column(
            "port",
            _("Port"),
            lambda row: f"{row.port.identity} · {row.port.number}",
            {"identity": lambda row: row.port.identity, "evse": lambda row: row.port.number},
            lambda row: row.port.site.name if row.port.site else "",
        ),
        Column("now", _("Now"), lambda r: shown.badge(r.state), {"state": lambda r: r.port.state}, is_state=True),
        Column(
            "figure",
            _("12 months"),
            lambda row: percent(row.figure),
            {
                "nevi_uptime_percent": lambda row: figure_of(row.figures, NEVI),
                "uk_reliability_percent": lambda row: figure_of(row.figures, UK),
                "availability_percent": lambda row: figure_of(row.figures, AVAILABILITY),
            },
            css="end nowrap",
        ),
        Column(
            "month",
            _("This month"),
            lambda row: percent(row.figures.month_availability),
            {"month_availability_percent": lambda row: row.figures.month_availability},
            css="end nowrap",
        ),
        Column(
            "outage",
            _("Outage, 12 months"),
            lambda row: minutes(row.figures.nevi.outage),
            {"outage_min": lambda row: round(row.figures.nevi.outage, 2)},
            css="end nowrap",
        ),
        Column(
            "excluded",
            _("Of it excluded"),
            lambda row: minutes(row.figures.nevi.all_excluded),
            {"excluded_min": lambda row: round(row.figures.nevi.all_excluded, 2)},
            css="end nowrap",
        ),
        Column(
            "outages",
            _("Outages, 12 months"),
            lambda row: row.figures.sums.outages,
            {"outages": lambda row: row.figures.sums.outages},
            css="end",
            is_default=False,
        ),
        Column(
            "cause",
            _("Now because"),
            lambda row: CAUSES.get(row.port.cause, ""),
            {"cause": lambda row: row.port.cause, "since": lambda row: row.port.since},
            css="soft",
            is_default=False,
        ),
        Column(
            "measured",
            _("Measured since"),
            lambda row: shown.at(row.port.commissioned_at, row.port.site),
            {"measured_since": lambda row: row.port.commissioned_at},
            css="soft nowrap",
            is_default=False,
        ),
    )

    def __init__(self, month: date | None = None, measure: str = NEVI) -> None:
        """Of this month (UTC), if none is given."""
        self._month = month
        self.measure = measure

    @property
    def month(self) -> date:
        return self._month or month_of(timezone.now())

    def form(self, parameters: QueryDict, viewer: Viewer) -> Filter:
        return UptimeFilter(parameters, sites=visible_sites(viewer))

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[Port]:
        found = uptime.measured(uptime.visible_ports(viewer), self.month)
        if "text" in values:
            found = found.filter(identity__icontains=values["text"])
        if "site" in values:
            found = found.filter(site=values["site"])
        if "only_under" in values:
            found = found.filter(pk__in=self._worst(found, values).order_by().values("port"))
        return found.order_by("pk")

    def _worst(self, ports: QuerySet[Port], values: Mapping[str, Any]) -> QuerySet[Any]:
        target = TARGETS[self.measure] if "only_under" in values else None
        return worst_first(ports, month=self.month, measure=self.measure, target=target)

    def page(self, viewer: Viewer, values: Mapping[str, Any], parameters: QueryDict) -> Page:
        return paginate_list(Counted(self._worst(self.find(viewer, values), values)), parameters)

    def rows(self, viewer: Viewer, found: Sequence[Port | int]) -> list[Row]:
        """Their figures, in their order."""
        numbers = [port.pk if isinstance(port, Port) else port for port in found]
        figures = uptime.port_figures(viewer, month=self.month, ports=Port.objects.filter(pk__in=numbers))
        by_port = {figure.port.pk: figure for figure in figures}
        return [Row(by_port[number], self.measure) for number in numbers if number in by_port]

    def url(self, row: Row) -> str:
        return reverse("monitoring:port", args=[row.port.pk])


def listing_for(parameters: QueryDict, viewer: Viewer) -> UptimeList:
    """The list of the month and by the measure that an address asks for; else of this month (UTC) and NEVI's."""
    values = UptimeFilter(parameters, sites=visible_sites(viewer)).values()
    this_month = month_of(timezone.now())
    return UptimeList(min(values.get("month") or this_month, this_month), values.get("measure", NEVI))
