"""What a viewer sees of whether drivers could charge: figures, by day, by place and by make."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet, Sum

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from monitoring.domain.authorizing import percentile_s
from monitoring.domain.success import FAILED, Rate, differs
from monitoring.models import Attempt, FailedStreak, SuccessDay
from stations.models import Evse, Site, Station
from stations.permissions import granted, where_granted
from stations.selectors import visible_stations
from stations.selectors.search import containing


class By(StrEnum):
    """What figures are broken down by."""

    EVSE = "evse"
    STATION = "station"
    SITE = "site"
    MODEL = "model"
    FIRMWARE = "firmware"
    ORGANIZATION = "organization"


_MODEL = ("vendor", "model")
_FIRMWARE = ("vendor", "model", "firmware_version")
_KEYS: dict[By, tuple[str, ...]] = {
    By.EVSE: ("site__name", "site", "evse__station__identity", "evse__number"),
    By.STATION: ("site__name", "site", "evse__station__identity"),
    By.SITE: ("site__name", "site"),
    By.MODEL: _MODEL,
    By.FIRMWARE: _FIRMWARE,
    By.ORGANIZATION: ("site__organization__name", "site__organization"),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of attempts and visits, and the rates they make."""

    attempts: int = 0
    charged: int = 0
    well: int = 0
    cut_off: int = 0
    no_energy: int = 0
    not_started: int = 0
    refused: int = 0
    left_out: int = 0
    visits: int = 0
    first_try: int = 0
    visits_charged: int = 0
    waits: int = 0
    wait_s: float = 0.0
    authorized_100ms: int = 0
    authorized_200ms: int = 0
    authorized_500ms: int = 0
    authorized_1s: int = 0
    authorized_2s: int = 0
    authorized_5s: int = 0
    authorized_10s: int = 0
    authorized_30s: int = 0
    authorized_later: int = 0

    @property
    def start(self) -> Rate:
        """Session start success: attempts after which energy flowed."""
        return Rate(self.charged, self.attempts)

    @property
    def end(self) -> Rate:
        """Session end success: charges that ended as somebody wished, of those whose end is known."""
        return Rate(self.well, self.well + self.cut_off)

    @property
    def first(self) -> Rate:
        """First-try success: visits whose first attempt charged."""
        return Rate(self.first_try, self.visits)

    @property
    def visit(self) -> Rate:
        """Visits in which somebody charged in the end."""
        return Rate(self.visits_charged, self.visits)

    @property
    def mean_wait_s(self) -> float | None:
        """From plugging in, or the start, to energy."""
        return self.wait_s / self.waits if self.waits else None

    @property
    def authorized(self) -> tuple[int, ...]:
        """Attempts by the steps of their time to authorize."""
        return tuple(getattr(self, name) for name in SuccessDay.AUTHORIZED)

    @property
    def median_authorize_s(self) -> float | None:
        """From the first message with an id token to our answer, for half of the drivers."""
        return percentile_s(self.authorized, 0.5)

    @property
    def p95_authorize_s(self) -> float | None:
        """The same, for all but one of twenty."""
        return percentile_s(self.authorized, 0.95)


_NAMES = tuple(column.name for column in fields(Figures))
_SUMS = {f"{name}_": Sum(name) for name in _NAMES}


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one of what is compared. `key`: the columns that tell it, by their names in `_KEYS`.

    `differs`: of firmware versions of one model, whether the rate differs from its other versions' by more than chance.
    """

    by: By
    key: dict[str, Any]
    figures: Figures
    differs: bool | None = None


def visible_days(viewer: Viewer) -> QuerySet[SuccessDay]:
    return SuccessDay.objects.filter(site__in=where_granted(viewer, Permission.VIEW_NETWORK))


def visible_attempts(viewer: Viewer) -> QuerySet[Attempt]:
    """Attempts carry id tokens: those who may see sessions see them."""
    seen = where_granted(viewer, Permission.VIEW_SESSIONS)
    return Attempt.objects.filter(site__in=seen).select_related("evse__station", "site", "session", "command")


def visible_streaks(viewer: Viewer) -> QuerySet[FailedStreak]:
    """Streaks of failures, latest first."""
    streaks = FailedStreak.objects.filter(evse__station__in=visible_stations(viewer))
    return streaks.select_related("evse__station__site").order_by("-since")


def serious_streaks(viewer: Viewer) -> QuerySet[FailedStreak]:
    """Ports that fail one driver after the other now."""
    return visible_streaks(viewer).filter(ended_at=None, is_serious=True)


def find_days(
    viewer: Viewer,
    *,
    since: date,
    until: date,
    text: str = "",
    site: Site | None = None,
    station: Station | None = None,
    evse: Evse | None = None,
    vendor: str = "",
    model: str = "",
    firmware: str = "",
) -> QuerySet[SuccessDay]:
    """Counts of the days (UTC) from `since` to `until`, both included."""
    days = visible_days(viewer).filter(day__gte=since, day__lte=until)
    if text:
        named = containing(Station, ("identity", "name", "vendor", "model", "site__name"), text)
        days = days.filter(evse__station__in=visible_stations(viewer).filter(named))
    found: dict[str, Any] = {
        "site": site,
        "evse__station": station,
        "evse": evse,
        "vendor": vendor,
        "model": model,
        "firmware_version": firmware,
    }
    return days.filter(**{name: value for name, value in found.items() if value})


def figures(days: QuerySet[SuccessDay]) -> Figures:
    """All of it together."""
    return _figures(days.order_by().aggregate(**_SUMS))


def trend(days: QuerySet[SuccessDay], *, since: date, until: date) -> list[tuple[date, Figures]]:
    """Day by day; a day on which nobody came has its place too."""
    rows: Any = days.order_by().values("day").annotate(**_SUMS)
    known = {row["day"]: _figures(row) for row in rows}
    all_days = (since + timedelta(days=n) for n in range((until - since).days + 1))
    return [(day, known.get(day, Figures())) for day in all_days]


def breakdown(days: QuerySet[SuccessDay], by: By, *, least: int = 1) -> list[Line]:
    """The figures by place or make, worst first: by what the rate is at best, so that one bad try is not the worst.

    `least`: attempts below which nothing is said of it.
    """
    keys = _KEYS[by]
    rows = days.order_by().values(*keys).annotate(**_SUMS)
    lines = [
        Line(by, {key: row[key] for key in keys}, _figures(row)) for row in rows if (row["attempts_"] or 0) >= least
    ]
    lines = _with_differences(lines) if by is By.FIRMWARE else lines
    return sorted(lines, key=lambda line: (line.figures.start.interval[1], -line.figures.attempts, *_order(line)))


def find_attempts(
    viewer: Viewer,
    *,
    text: str = "",
    site: Site | None = None,
    outcome: str = "",
    kind: str = "",
    only_failed: bool = False,
    vendor: str = "",
    model: str = "",
    firmware: str = "",
    evse: int = 0,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Attempt]:
    """Attempts, newest first. `text`: a station's identity or an id token, as a whole; `evse`: its OCPP number."""
    found = visible_attempts(viewer)
    if text:
        stations = visible_stations(viewer).filter(identity__iexact=text)
        found = found.filter(Q(evse__station__in=stations) | Q(who=text.lower()))
    if only_failed:
        found = found.filter(outcome__in=FAILED)
    exact: dict[str, Any] = {
        "site": site,
        "outcome": outcome,
        "kind": kind,
        "vendor": vendor,
        "model": model,
        "firmware_version": firmware,
        "evse__number": evse,
        "began_at__gte": since,
        "began_at__lte": until,
    }
    return found.filter(**{name: value for name, value in exact.items() if value}).order_by("-began_at", "-id")


def _figures(row: dict[str, Any]) -> Figures:
    return Figures(**{name: row[f"{name}_"] or 0 for name in _NAMES})


def _order(line: Line) -> list[str]:
    return [str(value) for value in line.key.values()]


def _with_differences(lines: Sequence[Line]) -> list[Line]:
    """Of each version against all others of its model."""
    return [Line(line.by, line.key, line.figures, _differs(line, lines)) for line in lines]


def _differs(line: Line, lines: Iterable[Line]) -> bool | None:
    others = [
        other.figures.start
        for other in lines
        if other is not line and all(other.key[name] == line.key[name] for name in _MODEL)
    ]
    if not others:
        return None
    return differs(line.figures.start, Rate(sum(rate.good for rate in others), sum(rate.total for rate in others)))


def may_see_attempts(viewer: Viewer) -> bool:
    """Whether the viewer may look at attempts anywhere."""
    return bool(any(granted(viewer, Permission.VIEW_SESSIONS)))
