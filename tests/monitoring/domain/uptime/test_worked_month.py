"""The month that docs/uptime.md works through by hand: its tables, and the same computed from the signals."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitoring.domain.uptime import (
    CONNECTION,
    IMPAIRED,
    OPERATOR,
    Cause,
    Excluded,
    Interval,
    Reason,
    Signal,
    Span,
    State,
    Tally,
    availability,
    connector,
    error_budget,
    month_end,
    nevi_of,
    tally,
    timeline,
    uk_reliability,
)
from monitoring.domain.uptime.signals import OFF, ON, Word
from stations.domain.opening_hours import Hours, OpeningHours

DOC = (Path(__file__).parents[4] / "docs" / "uptime.md").read_text().partition("## A month worked through")[2]
BEGIN, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
BEFORE = Tally(outage_s=5000 * 60, excluded_s={"utility": 1200 * 60})


def at(text):
    return datetime.fromisoformat(f"2026-03-{text}:00").replace(tzinfo=UTC)


SIGNALS = [
    Signal(BEGIN - timedelta(days=400), CONNECTION, ON),
    Signal(BEGIN - timedelta(days=400), connector(1), Word.WORKS),
    Signal(at("03 08:00"), connector(1), Word.FAULTED),
    Signal(at("03 11:30"), connector(1), Word.WORKS),
    Signal(at("10 20:00"), CONNECTION, OFF),
    Signal(at("11 09:00"), CONNECTION, ON),
    Signal(at("11 07:00"), connector(1), Word.FAULTED),
    Signal(at("11 09:30"), connector(1), Word.WORKS),
    Signal(at("14 12:00"), CONNECTION, OFF),
    Signal(at("14 12:04"), CONNECTION, ON),
    Signal(at("18 09:00"), OPERATOR, OFF),
    Signal(at("18 09:00"), connector(1), Word.UNAVAILABLE),
    Signal(at("18 13:00"), OPERATOR, ON),
    Signal(at("18 13:00"), connector(1), Word.WORKS),
    Signal(at("24 15:00"), IMPAIRED, Cause.CANNOT_CHARGE),
    Signal(at("24 19:00"), IMPAIRED, OFF),
    Signal(at("28 22:00"), CONNECTION, OFF),
    Signal(at("29 07:00"), CONNECTION, ON),
]


def rows(first_head):
    """The cells of the table whose head begins with this."""
    lines = DOC.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first_head} |"))
    table = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return table


@pytest.fixture(scope="module")
def ledger():
    return timeline(SIGNALS, since=BEGIN, until=END, grace=timedelta(minutes=5))


@pytest.fixture(scope="module")
def sums(ledger):
    days = tuple((weekday, Hours(time(6), time(23))) for weekday in range(1, 8))
    found = OpeningHours(weekly=days).between(BEGIN, END, ZoneInfo("Europe/London"))
    open_hours = [Span(span.start, span.end) for span in found]
    edges = [BEGIN, *(edge for span in open_hours for edge in span), END]
    closed = [Excluded(*pair, Reason.CLOSED) for pair in zip(edges[::2], edges[1::2], strict=True)]
    claims = re.findall(r"(maintenance|utility) from 2026-03-(\S+ \S+)\s+to\s+2026-03-(\d+ \d+:\d+)", DOC)
    approved = [Excluded(at(start), at(end), Reason(reason)) for reason, start, end in claims]
    assert len(approved) == 2
    return tally(ledger, since=BEGIN, until=END, excluded=[*approved, *closed], open_hours=open_hours)


def test_the_outages_are_those_of_the_table(ledger):
    told = [
        Interval(*(datetime.fromisoformat(cell).replace(tzinfo=UTC) for cell in row[:2]), State(row[3]), Cause(row[4]))
        for row in rows("From")
    ]
    assert [interval for interval in ledger if interval.is_outage] == told
    assert [interval.seconds / 60 for interval in told] == [float(row[5]) for row in rows("From")]


def test_what_is_excluded_is_what_the_table_says(sums):
    told = {}
    for _, why, minutes in rows("Outage"):
        reason = why.partition(",")[0]
        told[reason] = told.get(reason, 0) + int(minutes)
    assert {reason: seconds / 60 for reason, seconds in sums.excluded_s.items()} == told


def test_the_figures_are_those_of_the_table(sums):
    year = BEFORE + sums
    lost_s = {date(2026, 3, 1): sums.outage_s - sums.all_excluded_s, date(2025, 9, 1): 3800 * 60}
    now = END - timedelta(days=1)
    budget = error_budget(lost_s, recent_s=lost_s[date(2026, 3, 1)], now=now)
    open_min = (sums.reliable_s + sums.unreliable_s) / 60
    computed = [
        sums.outage_s / 60,
        sums.all_excluded_s / 60,
        nevi_of(year).outage,
        nevi_of(year).all_excluded,
        nevi_of(year).uptime,
        open_min + 420,
        31620 - open_min,
        sums.unreliable_s / 60,
        uk_reliability(sums),
        availability(sums),
        budget.left,
        budget.burn_rate,
    ]
    told = [float(value) for _, _, value in rows("Figure")]
    assert computed == [pytest.approx(value, abs=0.0006) for value in told]


def test_the_budget_lasts_where_old_months_leave_the_window_faster(sums):
    lost_s = {date(2026, 3, 1): sums.outage_s - sums.all_excluded_s, date(2025, 9, 1): 3800 * 60}
    now = END - timedelta(days=1)
    assert error_budget(lost_s, recent_s=lost_s[date(2026, 3, 1)], now=now).breach_at is None
    # Three times as fast it does not: 102 minutes a day, 10,948 left.
    faster = error_budget(lost_s, recent_s=3 * lost_s[date(2026, 3, 1)], now=now)
    assert faster.breach_at == pytest.approx(now + timedelta(days=10948 / 102), abs=timedelta(hours=1))
    assert faster.breach_at < month_end(date(2026, 8, 1))
