"""Who is on call: layers of people who take turns, and what was agreed otherwise.

A layer hands over at the same hour of the rota's own clock, every so many days; it may hold in some hours of some
weekdays only. Later layers go before earlier ones, overrides before all of them. Handovers are instants: however a
clock is changed, exactly one person is on call, or nobody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """From one time of day to another, over midnight where that is earlier or the same; on days that begin on one of
    `weekdays` (Monday is 0)."""

    begin: time = time(0)
    end: time = time(0)
    weekdays: frozenset[int] = EVERY_DAY

    @property
    def are_all(self) -> bool:
        return self.begin == self.end and self.weekdays == EVERY_DAY

    def of(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The instants between which these hours of `day` lie."""
        last = day if self.end > self.begin else day + _DAY
        return instant(day, self.begin, zone), instant(last, self.end, zone)


@dataclass(frozen=True, slots=True)
class Layer:
    """`people` take turns of `days` each, the first from `starts_on`; before that nobody is on call."""

    people: tuple[int, ...]
    starts_on: date
    handover: time = time(9)
    days: int = 7
    hours: Hours = Hours()

    def person(self, at: datetime, zone: ZoneInfo) -> int | None:
        """Who has the turn at this instant; None: nobody."""
        if not self.people or not self._holds(at, zone):
            return None
        turn = (_day_of(at, self.handover, zone) - self.starts_on).days // max(1, self.days)
        return self.people[turn % len(self.people)] if turn >= 0 else None

    def edges(self, day: date, zone: ZoneInfo) -> Iterable[datetime]:
        """When on that day somebody else may have the turn."""
        yield instant(day, self.handover, zone)
        if not self.hours.are_all:
            yield from self.hours.of(day, zone)

    def _holds(self, at: datetime, zone: ZoneInfo) -> bool:
        if self.hours.are_all:
            return True
        today = at.astimezone(zone).date()
        for day in (today - _DAY, today):
            begin, end = self.hours.of(day, zone)
            if day.weekday() in self.hours.weekdays and begin <= at < end:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody takes over for a while: a swap, a holiday."""

    start: datetime
    end: datetime
    person: int


@dataclass(frozen=True, slots=True)
class Rota:
    """`layers`: later ones go before earlier ones; of overrides the last that holds."""

    zone: ZoneInfo
    layers: Sequence[Layer] = ()
    overrides: Sequence[Override] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """`person` None: a gap."""

    start: datetime
    end: datetime
    person: int | None

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When a clock in `zone` shows `at`: where it does so twice the first time, where never the hour after."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def _day_of(at: datetime, handover: time, zone: ZoneInfo) -> date:
    """The day whose handover was the last one."""
    day = at.astimezone(zone).date() + _DAY
    while instant(day, handover, zone) > at:
        day -= _DAY
    return day


def on_call(rota: Rota, at: datetime) -> int | None:
    """Who is on call at this instant; None: nobody."""
    for override in reversed(rota.overrides):
        if override.start <= at < override.end:
            return override.person
    for layer in reversed(rota.layers):
        if (person := layer.person(at, rota.zone)) is not None:
            return person
    return None


def shifts(rota: Rota, start: datetime, end: datetime) -> list[Shift]:
    """Who is on call from `start` to `end`, gaps among them: together they are all of that time, once."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if start >= end:
        return []
    edges = {start} | {edge for edge in _edges(rota, start, end) if start < edge < end}
    found: list[Shift] = []
    ordered = sorted(edges)
    for begin, until in zip(ordered, [*ordered[1:], end], strict=True):
        person = on_call(rota, begin)
        if found and found[-1].person == person:
            found[-1] = Shift(found[-1].start, until, person)
        else:
            found.append(Shift(begin, until, person))
    return found


def _edges(rota: Rota, start: datetime, end: datetime) -> Iterable[datetime]:
    for override in rota.overrides:
        yield override.start.astimezone(UTC)
        yield override.end.astimezone(UTC)
    day, last = start.astimezone(rota.zone).date() - _DAY, end.astimezone(rota.zone).date() + _DAY
    while day <= last:
        for layer in rota.layers:
            yield from layer.edges(day, rota.zone)
        day += _DAY
