"""Opening hours in words: why some are refused, a week as lines, and whether a site is open now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from stations.domain.opening_hours import MOST_DAYS, MOST_HOURS, OpeningHours, Problem, SpecialDay, Unreadable
from stations.domain.opening_hours_text import write_hours
from stations.models import Site

# Special days are news as long as they lie ahead.
_SPECIAL_SHOWN = timedelta(days=60)

_WHY = {
    Problem.FORM: gettext_lazy("These are no opening hours: %(part)s."),
    Problem.TIME: gettext_lazy("“%(part)s” is no time such as 08:30."),
    Problem.HOURS: gettext_lazy("“%(part)s” is no hours such as 08:00-18:00."),
    Problem.WEEKDAY: gettext_lazy("“%(part)s” is no weekday such as Mo, Tu, We, Th, Fr, Sa or Su."),
    Problem.DAY: gettext_lazy("“%(part)s” is no day such as 2026-12-24."),
    Problem.TWICE: gettext_lazy("%(part)s stands there twice."),
    Problem.OVERLAP: gettext_lazy("These hours overlap: %(part)s."),
    Problem.ALWAYS: gettext_lazy("Either around the clock, or hours by the week."),
    Problem.MANY: gettext_lazy("Up to %(hours)s hours and %(days)s special days can be kept."),
}


def why(error: Unreadable) -> str:
    """What is wrong, for who wrote it."""
    return str(_WHY[error.problem]) % {"part": error.part, "hours": MOST_HOURS, "days": MOST_DAYS}


@dataclass(frozen=True, slots=True)
class Day:
    """A line of the week: `hours` is empty on a day it is closed."""

    name: str | Promise
    hours: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """When a site is open, as its page says it. `change`: when it closes, or opens; None where it never does."""

    hours: OpeningHours
    is_open: bool
    change: datetime | None
    week: Sequence[Day]
    special_days: Sequence[tuple[SpecialDay, str]]


def opening_of(site: Site, now: datetime) -> Opening | None:
    """None where nobody said when it is open. `now` is aware."""
    hours = site.hours
    if hours is None:
        return None
    today = now.astimezone(site.zone).date()
    return Opening(
        hours,
        hours.is_open(now, site.zone),
        hours.next_change(now, site.zone),
        [] if hours.is_always else _week(hours, today),
        [
            (special, write_hours(special.hours))
            for special in hours.special_days
            if today <= special.day <= today + _SPECIAL_SHOWN
        ],
    )


def _week(hours: OpeningHours, today: date) -> list[Day]:
    found = {weekday: [some for day, some in hours.weekly if day == weekday] for weekday in range(1, 8)}
    return [
        Day(WEEKDAYS[weekday - 1], write_hours(some).replace("-", "–"), weekday == today.isoweekday())
        for weekday, some in found.items()
    ]
