"""When maintenance comes due: by the calendar, or by what was delivered, plugged or used. Pure."""

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta

# So much time has to be known before a pace is believed.
PACE_FROM = timedelta(days=7)
AVERAGE_MONTH = timedelta(days=365.2425 / 12)


@dataclass(frozen=True, slots=True)
class Progress:
    """`used`: months, kWh, sessions or hours since the last time; `share` of the way, 1 is due; `expected_at`: when
    it comes due as it goes now, None where nobody can tell."""

    used: float
    share: float
    expected_at: datetime | None


def add_months(at: datetime, months: int) -> datetime:
    """The same day and time so many months later; a day the month lacks is its last."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return at.replace(year=year, month=month + 1, day=min(at.day, last))


def by_calendar(*, counted_from: datetime, every: int, now: datetime) -> Progress:
    """Due every `every` months."""
    due = add_months(counted_from, every)
    passed = max(timedelta(), now - counted_from)
    return Progress(passed / AVERAGE_MONTH, passed / (due - counted_from), due)


def by_use(*, counted_from: datetime, every: int, used: float, now: datetime) -> Progress:
    """Due every `every` units of use, of which there were `used` since."""
    share = used / every
    if share >= 1:
        return Progress(used, share, now)
    passed = now - counted_from
    if passed < PACE_FROM or used <= 0:
        return Progress(used, share, None)
    rest = min((1 - share) / share * passed, timedelta(days=36_500))
    return Progress(used, share, now + rest)


def is_to_be_made(progress: Progress, *, lead: timedelta, now: datetime) -> bool:
    """Whether it is time for a work order: due, or expected to be within the lead time."""
    return progress.share >= 1 or (progress.expected_at is not None and progress.expected_at - lead <= now)
