"""When a site is open: hours by the week on its own clock, and days that are different.

Stored, and told by the API, in the words of OCPI 2.2.1 `Hours` (twentyfourseven, regular_hours with weekday 1 to 7),
with two differences that convert: hours that end at or before their beginning go on into the next day (OCPI splits them
at midnight), and days that are different stand as days on the site's clock (OCPI has exceptional openings and closings
as instants).
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
# After the last day that is different each week is like the one before.
_A_WEEK_AND_ITS_EDGES = timedelta(days=10)
# More are a mistake, and would make each look at them slow.
MOST_HOURS, MOST_DAYS = 200, 400


class Problem(StrEnum):
    """Why something is no opening hours."""

    FORM = "form"
    TIME = "time"
    HOURS = "hours"
    WEEKDAY = "weekday"
    DAY = "day"
    TWICE = "twice"
    OVERLAP = "overlap"
    ALWAYS = "always"
    MANY = "many"


class Unreadable(ValueError):
    """What is no opening hours: `part` of it is the matter."""

    def __init__(self, problem: Problem, part: object = "") -> None:
        super().__init__(f"{problem}: {part}")
        self.problem = problem
        self.part = str(part)


@dataclass(frozen=True, slots=True, order=True)
class Hours:
    """From `opens` until `closes` on a local clock; where that is not later, until then on the next day."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is different: these hours begin on it instead of its weekday's; none: closed. What began the evening
    before still ends as it would."""

    day: date
    hours: tuple[Hours, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """From one aware instant until another."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """`weekly`: hours by ISO weekday, 1 is Monday. `is_always`: around the clock on all days that are not different."""

    is_always: bool = False
    weekly: tuple[tuple[int, Hours], ...] = ()
    special_days: tuple[SpecialDay, ...] = ()

    def of(self, day: date) -> tuple[Hours, ...]:
        """The hours that begin on `day`."""
        special = next((special for special in self.special_days if special.day == day), None)
        if special is not None:
            return special.hours
        if self.is_always:
            return (AROUND_THE_CLOCK,)
        return tuple(hours for weekday, hours in self.weekly if weekday == day.isoweekday())

    def is_open(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether it is open at the aware instant `at`."""
        return any(self.between(at, at + timedelta(microseconds=1), zone))

    def between(self, start: datetime, end: datetime, zone: ZoneInfo) -> list[Span]:
        """All that is open from `start` until `end` (aware): in order, apart from each other, in UTC."""
        found = self._spans(start.astimezone(zone).date() - _DAY, end.astimezone(zone).date(), zone)
        cut = (Span(max(span.start, start), min(span.end, end)) for span in found)
        return [Span(span.start.astimezone(UTC), span.end.astimezone(UTC)) for span in cut if span.start < span.end]

    def next_change(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """When it opens next, or closes if it is open at `at`; None where it never does."""
        days = [special.day for special in self.special_days]
        last = max([at.astimezone(zone).date(), *days]) + _A_WEEK_AND_ITS_EDGES
        for span in self._spans(at.astimezone(zone).date() - _DAY, last, zone):
            if span.start > at:
                return span.start
            if span.end > at:
                return span.end if span.end.astimezone(zone).date() <= last else None
        return None

    def _spans(self, first: date, last: date, zone: ZoneInfo) -> Iterator[Span]:
        """What opens from the day `first` to `last`; what meets or overlaps is one."""
        open_since: datetime | None = None
        open_until = datetime.min.replace(tzinfo=UTC)
        for day in _days(first, last):
            for hours in sorted(self.of(day)):
                closes_on = day if hours.closes > hours.opens else day + _DAY
                start = _instant(datetime.combine(day, hours.opens), zone, is_late=False)
                end = _instant(datetime.combine(closes_on, hours.closes), zone, is_late=True)
                if start >= end:
                    continue
                if open_since is not None and start > open_until:
                    yield Span(open_since, open_until)
                    open_since = None
                if open_since is None:
                    open_since, open_until = start, end
                open_until = max(open_until, end)
        if open_since is not None:
            yield Span(open_since, open_until)


AROUND_THE_CLOCK = Hours(time(0), time(0))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + _DAY * number for number in range((last - first).days + 1))


def _instant(local: datetime, zone: ZoneInfo, *, is_late: bool) -> datetime:
    """When a clock on the wall shows `local`. Where it does so twice, the first time or, if `is_late`, the second;
    where it never does, since it was put forward, the moment that happened."""
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return second if is_late else first
    # Skipped: the clock was put forward between the two readings.
    before, after = second, first
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == offset else (before, middle)
    return after.replace(microsecond=0)


# --- As JSON ---


def to_json(hours: OpeningHours) -> dict[str, Any]:
    """As it is stored, and told by the API."""
    return {
        "twentyfourseven": hours.is_always,
        "regular_hours": [{"weekday": weekday, **_period(found)} for weekday, found in hours.weekly],
        "special_days": [
            {
                "day": special.day.isoformat(),
                "reason": special.reason,
                "hours": [_period(found) for found in special.hours],
            }
            for special in hours.special_days
        ],
    }


def _period(hours: Hours) -> dict[str, str]:
    return {"period_begin": f"{hours.opens:%H:%M}", "period_end": f"{hours.closes:%H:%M}"}


def from_json(told: object) -> OpeningHours:
    """The same read; raises Unreadable."""
    try:
        if not isinstance(told, Mapping):
            raise Unreadable(Problem.FORM)
        weekly = [(int(row["weekday"]), _hours(row)) for row in told.get("regular_hours", ())]
        special = [
            SpecialDay(
                date.fromisoformat(row["day"]),
                tuple(_hours(period) for period in row.get("hours", ())),
                str(row.get("reason", "")),
            )
            for row in told.get("special_days", ())
        ]
        return made(is_always=bool(told.get("twentyfourseven", False)), weekly=weekly, special_days=special)
    except Unreadable:
        raise
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Unreadable(Problem.FORM, error) from error


def _hours(row: Mapping[str, str]) -> Hours:
    return Hours(minute_of(row["period_begin"]), minute_of(row["period_end"]))


def minute_of(text: str) -> time:
    """“08:30”; “24:00” is the midnight that ends a day. Raises Unreadable."""
    hour, _, minute = text.strip().partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and len(minute) == 2 and len(hour) <= 2):
        raise Unreadable(Problem.TIME, text)
    if (int(hour), int(minute)) == (24, 0):
        return time(0)
    try:
        return time(int(hour), int(minute))
    except ValueError as error:
        raise Unreadable(Problem.TIME, text) from error


def made(*, is_always: bool, weekly: Iterable[tuple[int, Hours]], special_days: Iterable[SpecialDay]) -> OpeningHours:
    """Opening hours in their order; raises Unreadable where they contradict each other."""
    regular, special = tuple(sorted(weekly)), tuple(sorted(special_days, key=lambda special: special.day))
    if any(not 1 <= weekday <= 7 for weekday, _ in regular):
        raise Unreadable(Problem.WEEKDAY)
    if is_always and regular:
        raise Unreadable(Problem.ALWAYS)
    if len(regular) > MOST_HOURS or len(special) > MOST_DAYS:
        raise Unreadable(Problem.MANY)
    days = [found.day for found in special]
    if twice := next((day for day in days if days.count(day) > 1), None):
        raise Unreadable(Problem.TWICE, twice)
    for hours in [*_by_weekday(regular).values(), *(found.hours for found in special)]:
        _refuse_overlaps(hours)
    return OpeningHours(is_always, regular, special)


def _by_weekday(weekly: Iterable[tuple[int, Hours]]) -> dict[int, list[Hours]]:
    found: dict[int, list[Hours]] = {}
    for weekday, hours in weekly:
        found.setdefault(weekday, []).append(hours)
    return found


def _refuse_overlaps(day: Iterable[Hours]) -> None:
    """Of one day. What goes on past midnight may meet the next day's: it is open at both."""
    ordered = sorted(day)
    for earlier, later in itertools.pairwise(ordered):
        if earlier.closes <= earlier.opens or earlier.closes > later.opens:
            told = ", ".join(f"{hours.opens:%H:%M}-{hours.closes:%H:%M}" for hours in (earlier, later))
            raise Unreadable(Problem.OVERLAP, told)
