"""Months and years of the figures: those of UTC, as the reports of outages are."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from monitoring.domain.uptime.intervals import Span

MONTHS = 12


def month_of(at: datetime) -> date:
    """The first day of the month (UTC) that an aware instant lies in."""
    return at.astimezone(UTC).date().replace(day=1)


def next_month(month: date, by: int = 1) -> date:
    """The first day of the month `by` months later (earlier, where negative)."""
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def month_start(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def month_end(month: date) -> datetime:
    """The instant at which the next one begins."""
    return month_start(next_month(month))


def months_between(since: datetime, until: datetime) -> Iterator[date]:
    """The months that have a part from `since` until before `until`."""
    month = month_of(since)
    while month_start(month) < until:
        yield month
        month = next_month(month)


def window(month: date) -> Span:
    """The twelve months that end with `month`: 23 CFR 680.116(b), computed monthly over the previous twelve."""
    return Span(month_start(next_month(month, 1 - MONTHS)), month_end(month))
