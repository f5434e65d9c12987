"""Opening hours as people write them: “Mo-Fr 08:00-18:00; Sa 09:00-12:00; 2026-12-25 Christmas”, or “24/7”.

The weekly part is a subset of what OpenStreetMap's `opening_hours` takes. A day without hours is closed.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from stations.domain.opening_hours import Hours, OpeningHours, Problem, SpecialDay, Unreadable, made, minute_of

ALWAYS = "24/7"
WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s+|$)")
_TIMES = re.compile(r"[\d:,\s–-]*")


def read(text: str) -> OpeningHours:
    """Raises Unreadable."""
    is_always, weekly, special = False, [], []
    for part in (part.strip() for part in re.split(r"[;\n]", text)):
        if not part:
            continue
        if part == ALWAYS:
            is_always = True
        elif _DATE.match(part):
            special.append(read_special_day(part))
        else:
            weekly += list(_read_weekly(part))
    return made(is_always=is_always, weekly=weekly, special_days=special)


def write(hours: OpeningHours) -> str:
    """The same read back is the same."""
    days = {number: [found for weekday, found in hours.weekly if weekday == number] for number in range(1, 8)}
    parts = [ALWAYS] if hours.is_always else []
    number = 1
    while number <= 7:
        last = number
        while last < 7 and days[last + 1] == days[number]:
            last += 1
        if days[number]:
            parts.append(f"{_written_days(number, last)} {write_hours(days[number])}")
        number = last + 1
    return "; ".join([*parts, *map(write_special_day, hours.special_days)])


def _written_days(first: int, last: int) -> str:
    return WEEKDAYS[first - 1] if first == last else f"{WEEKDAYS[first - 1]}-{WEEKDAYS[last - 1]}"


def read_hours(text: str) -> tuple[Hours, ...]:
    """“08:00-12:00, 14:00-18:00”; nothing is no hours. Raises Unreadable."""
    found = []
    for part in (part.strip() for part in text.replace("–", "-").split(",")):
        if not part:
            continue
        opens, dash, closes = part.partition("-")
        if not dash:
            raise Unreadable(Problem.HOURS, part)
        found.append(Hours(minute_of(opens), minute_of(closes)))
    return tuple(sorted(found))


def write_hours(hours: Iterable[Hours]) -> str:
    return ", ".join(f"{found.opens:%H:%M}-{found.closes:%H:%M}" for found in hours)


def read_special_day(text: str) -> SpecialDay:
    """“2026-12-24 10:00-14:00 Christmas Eve”. Raises Unreadable."""
    head = _DATE.match(text.strip())
    if head is None:
        raise Unreadable(Problem.DAY, text.strip())
    try:
        day = date.fromisoformat(head[1])
    except ValueError as error:
        raise Unreadable(Problem.DAY, head[1]) from error
    rest = text.strip()[head.end() :]
    times = _TIMES.match(rest)
    hours = times[0] if times and ":" in times[0] else ""
    return SpecialDay(day, read_hours(hours), rest[len(hours) :].strip())


def write_special_day(special: SpecialDay) -> str:
    return " ".join(filter(None, [special.day.isoformat(), write_hours(special.hours), special.reason]))


def _read_weekly(part: str) -> Iterator[tuple[int, Hours]]:
    names, _, times = part.partition(" ")
    for name in names.split(","):
        first, _, last = name.partition("-")
        for weekday in _numbers(first, last or first):
            yield from ((weekday, hours) for hours in read_hours(times))


def _numbers(first: str, last: str) -> list[int]:
    places = {name.lower(): number for number, name in enumerate(WEEKDAYS, 1)}
    try:
        start, end = places[first.strip().lower()], places[last.strip().lower()]
    except KeyError as error:
        raise Unreadable(Problem.WEEKDAY, error.args[0]) from error
    return [(start - 1 + step) % 7 + 1 for step in range((end - start) % 7 + 1)]
