"""Charging success, broken down; and the attempts behind it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from monitoring.domain.success import Rate
from monitoring.forms.success import USUAL_LEAST, AttemptFilter, SuccessFilter, window
from monitoring.models import Attempt, SuccessDay
from monitoring.selectors import success
from monitoring.selectors.success import By, Figures, Line
from monitoring.views import success_wording as words
from stations.forms.filters import Filter
from stations.selectors import visible_sites
from stations.templatetags import console as shown
from stations.views.listing import CHUNK, Column, Listing, kilo, show
from stations.views.pages import ConsoleRequest, console
from stations.views.paging import Page, paginate, paginate_list

_FILTERS = ("text", "site", "vendor", "model", "firmware")


class Row:
    """A line as it is shown: with the days it is of, and whether its reader may see the attempts."""

    def __init__(self, line: Line, days: tuple[date, date], *, is_linked: bool) -> None:
        self.line, self.days = line, days
        # Attempts are found by place and make, not by organization.
        self.is_linked = is_linked and line.by is not By.ORGANIZATION

    @property
    def figures(self) -> Figures:
        return self.line.figures

    def link(self, text: object, **more: str) -> object:
        if not self.is_linked:
            return text
        return words.linked(text, words.attempts_url(self.line, self.days, **more))


def _rate(name: str) -> Callable[[Row], Rate]:
    return lambda row: cast(Rate, getattr(row.figures, name))


def _rate_column(key: str, label: Any, *, is_default: bool = True) -> Column[Row]:
    rate = _rate(key)
    return Column(
        key,
        label,
        lambda row: words.rate_text(rate(row)),
        {
            f"{key}_good": lambda row: rate(row).good,
            f"{key}_total": lambda row: rate(row).total,
            f"{key}_low": lambda row: round(rate(row).interval[0], 4),
            f"{key}_high": lambda row: round(rate(row).interval[1], 4),
        },
        lambda row: words.interval_text(rate(row)),
        css="end",
        is_default=is_default,
    )


def _count_column(key: str, label: Any, *, is_default: bool = True, **more: str) -> Column[Row]:
    return Column(
        key,
        label,
        lambda row: row.link(getattr(row.figures, key), **more) if getattr(row.figures, key) else 0,
        {key: lambda row: getattr(row.figures, key)},
        css="end nowrap",
        is_default=is_default,
    )


def _wait(row: Row) -> object:
    return "–" if row.figures.mean_wait_s is None else shown.seconds(row.figures.mean_wait_s)


def trend_of(days: Sequence[tuple[date, Figures]]) -> dict[str, Any]:
    """A trend for the chart (shares in percent, null on days without attempts) and for the table beside it."""

    def percent(rate: Rate) -> float | None:
        return None if rate.share is None else round(100 * rate.share, 1)

    chart = {
        "at": [int(datetime.combine(day, time(), UTC).timestamp()) for day, _figures in days],
        "start": [percent(figures.start) for _day, figures in days],
        "first": [percent(figures.first) for _day, figures in days],
    }
    table = [(day, figures, words.rate_text(figures.start), words.rate_text(figures.first)) for day, figures in days]
    return {"chart": json.dumps(chart), "days": table}


class SuccessList(Listing[SuccessDay, Row]):
    name = "charging-success"
    url_name = "monitoring:charging-success"
    title = _("Charging success")
    about = _("Whether those who tried to charge could: an attempt has succeeded from 0.1 kWh on.")
    icon = "check"
    nothing = _("No attempts")
    nothing_about = _("Nobody tried to charge often enough, of what matches these filters.")
    template = "monitoring/success.html"
    results_template = "monitoring/_success.html"
    is_live = False
    ids = {
        "organization": lambda row: row.line.key.get("site__organization__name", ""),
        "site": lambda row: row.line.key.get("site__name", ""),
        "station": lambda row: row.line.key.get("evse__station__identity", ""),
        "evse": lambda row: row.line.key.get("evse__number", ""),
        "vendor": lambda row: row.line.key.get("vendor", ""),
        "model": lambda row: row.line.key.get("model", ""),
        "firmware_version": lambda row: row.line.key.get("firmware_version", ""),
    }
    columns = (
        Column("name", _("Where"), lambda r: words.line_name(r.line), {}, lambda r: words.line_under(r.line), "nowrap"),
        _rate_column("start", _("Start success")),
        _rate_column("first", _("First try")),
        _rate_column("end", _("End success")),
        _count_column("attempts", _("Attempts")),
        _count_column("no_energy", _("No energy"), outcome="no_energy"),
        Column("wait", _("Wait for energy"), _wait, {"mean_wait_s": lambda r: r.figures.mean_wait_s}, css="end nowrap"),
        Column(
            "authorize",
            _("Time to authorize"),
            lambda r: words.authorize_text(r.figures),
            {
                "median_authorize_s": lambda r: r.figures.median_authorize_s,
                "p95_authorize_s": lambda r: r.figures.p95_authorize_s,
            },
            lambda r: words.authorize_note(r.figures),
            css="end nowrap",
        ),
        Column(
            "differs",
            _("Compared"),
            lambda row: words.difference_text(row.line),
            {"differs_from_other_versions": lambda row: row.line.differs},
            css="soft",
            is_default=False,
        ),
        _rate_column("visit", _("Visits that charged"), is_default=False),
        _count_column("cut_off", _("Cut off"), is_default=False, outcome="cut_off"),
        _count_column("not_started", _("Did not start"), is_default=False, outcome="not_started"),
        _count_column("refused", _("Id token refused"), is_default=False, outcome="refused"),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> Filter:
        return SuccessFilter(parameters, sites=visible_sites(viewer))

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[SuccessDay]:
        since, until = window(dict(values))
        given = {name: values[name] for name in _FILTERS if name in values}
        return success.find_days(viewer, since=since, until=until, **given)

    def lines(self, viewer: Viewer, values: Mapping[str, Any]) -> list[Line]:
        """The breakdown, worst first."""
        by = By(values.get("by") or By.EVSE)
        return success.breakdown(self.find(viewer, values), by, least=values.get("least") or USUAL_LEAST)

    def page(self, viewer: Viewer, values: Mapping[str, Any], parameters: QueryDict) -> Page:
        days, may_see = window(dict(values)), success.may_see_attempts(viewer)
        rows = [Row(line, days, is_linked=may_see) for line in self.lines(viewer, values)]
        return paginate_list(rows, parameters)

    def rows(self, viewer: Viewer, found: Sequence[Any]) -> list[Row]:
        return list(found)

    def chunks(self, viewer: Viewer, values: Mapping[str, Any]) -> Iterator[Sequence[Any]]:
        rows = [Row(line, window(dict(values)), is_linked=False) for line in self.lines(viewer, values)]
        return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))

    def url(self, row: Row) -> str:
        key = row.line.key
        if "evse__station__identity" in key:
            return reverse("stations:station", args=[key["evse__station__identity"]])
        return reverse("stations:site", args=[key["site"]]) if row.line.by is By.SITE else ""

    def more(self, viewer: Viewer, values: Mapping[str, Any]) -> Mapping[str, Any]:
        since, until = window(dict(values))
        days = self.find(viewer, values)
        shown_of = {name: value.pk if name == "site" else value for name, value in values.items() if name in _FILTERS}
        figures, may_see = success.figures(days), success.may_see_attempts(viewer)
        return {
            **trend_of(success.trend(days, since=since, until=until)),
            "tiles": words.tiles(figures, since, until, filters=shown_of, is_linked=may_see),
            "since": since,
            "until": until,
            "streaks": success.serious_streaks(viewer)[:10],
        }


class AttemptList(Listing[Attempt, Attempt]):
    name = "charge-attempts"
    url_name = "monitoring:charge-attempts"
    title = _("Attempts to charge")
    about = _("Each time somebody tried, with what came of it. What says nothing of the port is not counted.")
    icon = "plug"
    nothing = _("No attempts")
    nothing_about = _("No attempt matches these filters.")
    permission = Permission.VIEW_SESSIONS
    is_live = False
    ids = {"attempt_id": lambda a: a.pk, "session_id": lambda a: a.session_id}
    columns = (
        Column(
            "where",
            _("EVSE"),
            lambda a: words.evse_text(a.evse.station.identity, a.evse.number),
            {"station": lambda a: a.evse.station.identity, "evse": lambda a: a.evse.number},
            lambda a: a.site.name,
        ),
        Column(
            "outcome",
            _("Outcome"),
            lambda a: shown.badge(words.OUTCOMES[a.outcome]),
            {"outcome": lambda a: a.outcome},
            is_state=True,
        ),
        Column("kind", _("Kind"), lambda a: a.get_kind_display(), {"kind": lambda a: a.kind}, css="soft"),
        Column("who", _("Id token"), lambda a: a.who.upper(), {"id_token": lambda a: a.who}, css="mono soft"),
        Column(
            "began_at",
            _("Began"),
            lambda a: shown.at(a.began_at, a.site),
            {"began_at": lambda a: a.began_at, "ended_at": lambda a: a.ended_at},
            css="nowrap",
        ),
        Column(
            "energy",
            _("Energy"),
            lambda a: shown.kwh(a.energy_wh),
            {"energy_kwh": lambda a: kilo(a.energy_wh)},
            css="end nowrap",
        ),
        Column(
            "wait",
            _("Wait for energy"),
            lambda a: "" if a.wait_s is None else shown.seconds(a.wait_s),
            {"wait_s": lambda a: a.wait_s},
            css="end nowrap",
        ),
        Column(
            "authorize",
            _("Time to authorize"),
            lambda a: "" if a.authorize_s is None else words.seconds_text(a.authorize_s),
            {"authorize_s": lambda a: a.authorize_s},
            css="end nowrap",
            is_default=False,
        ),
        Column(
            "peak",
            _("Peak power"),
            lambda a: "" if a.peak_power_w is None else shown.kw(a.peak_power_w),
            {"peak_power_kw": lambda a: kilo(a.peak_power_w), "asked_power_kw": lambda a: kilo(a.asked_power_w)},
            css="end nowrap",
            is_default=False,
        ),
        Column(
            "firmware",
            _("Firmware"),
            lambda a: a.firmware_version,
            {
                "vendor": lambda a: a.vendor,
                "model": lambda a: a.model,
                "firmware_version": lambda a: a.firmware_version,
            },
            lambda a: f"{a.vendor} {a.model}",
            css="soft",
            is_default=False,
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> Filter:
        return AttemptFilter(parameters, sites=visible_sites(viewer))

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[Attempt]:
        return success.find_attempts(viewer, **values)

    def rows(self, viewer: Viewer, found: Sequence[Attempt]) -> list[Attempt]:
        return list(found)

    def url(self, row: Attempt) -> str:
        if row.session_id is not None:
            return reverse("stations:session", args=[row.session_id])
        if row.command_id is not None:
            return reverse("stations:command", args=[row.command_id])
        return reverse("stations:station", args=[row.evse.station.identity])

    def page(self, viewer: Viewer, values: Mapping[str, Any], parameters: QueryDict) -> Page:
        return paginate(self.find(viewer, values), parameters)


SUCCESS = SuccessList()
ATTEMPTS = AttemptList()


@console
def charging_success(request: ConsoleRequest) -> HttpResponseBase:
    """Charging success of what the filters say."""
    return show(request, SUCCESS)


@console
def charge_attempts(request: ConsoleRequest) -> HttpResponseBase:
    """Attempts, newest first."""
    return show(request, ATTEMPTS)
