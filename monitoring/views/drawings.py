"""Drawings of uptime: where things stand, in shares of what is drawn; templates make SVG of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitoring.domain.uptime import Left, State, clipped
from monitoring.selectors.outages import Stretch

WIDTH, HEIGHT = 1000.0, 24.0
# What is shorter would not be seen.
LEAST = 2.0
_TONES = {State.UP: "available", State.DOWN: "faulted", State.UNKNOWN: "offline"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle of a strip: `tone` picks its colour."""

    x: str
    width: str
    tone: str
    y: str = "0"
    height: str = f"{HEIGHT:.0f}"


def strip(stretch: Stretch, since: datetime, until: datetime) -> list[Piece]:
    """A stretch of time from left to right: up, out and silent, what is excluded as a band at its foot."""
    span = (until - since).total_seconds()

    def piece(start: datetime, end: datetime, tone: str, y: float = 0, height: float = HEIGHT) -> Piece:
        left = max((start - since).total_seconds(), 0) / span * WIDTH
        right = min((end - since).total_seconds(), span) / span * WIDTH
        width = max(right - left, LEAST)
        return Piece(f"{min(left, WIDTH - width):.1f}", f"{width:.1f}", tone, f"{y:.0f}", f"{height:.0f}")

    within = [i for i in stretch.intervals if i.end > since and i.start < until]
    ups = [piece(i.start, i.end, _TONES[i.state]) for i in within if i.state is State.UP]
    outs = [piece(i.start, i.end, _TONES[i.state]) for i in within if i.state is not State.UP]
    # Only where there was outage: elsewhere it excludes nothing.
    bands = [
        piece(part.start, part.end, "reserved", HEIGHT - 8, 8)
        for out in within
        if out.is_outage
        for part in clipped(stretch.excluded, max(out.start, since), min(out.end, until))
    ]
    return [*ups, *outs, *bands]


@dataclass(frozen=True, slots=True)
class Bar:
    x: str
    y: str
    width: str
    height: str


def columns(shares: Sequence[float | None]) -> list[Bar]:
    """Columns beside each other, each as high as its share (0 to 1); None: nothing was measured."""
    slot = 100 / max(len(shares), 1)
    return [
        Bar(
            f"{number * slot + slot * 0.12:.2f}%",
            f"{100 - (share or 0) * 100:.2f}%",
            f"{slot * 0.76:.2f}%",
            f"{(share or 0) * 100:.2f}%",
        )
        for number, share in enumerate(shares)
    ]


def magnified(percents: Iterable[float | None], *, floor: float = 90.0) -> list[float | None]:
    """Percents as shares of what lies above `floor`: between 97 and 100 the eye sees no difference otherwise."""
    return [None if p is None else max(0.02, (max(p, floor) - floor) / (100 - floor)) for p in percents]


@dataclass(frozen=True, slots=True)
class BudgetCurve:
    """Points of a box of `WIDTH` by 100; where zero and now are, in percent of its height and width."""

    since: datetime
    until: datetime
    past: str
    ahead: str
    area: str
    zero: str
    now: str


def budget_curve(past: Sequence[Left], ahead: Sequence[Left], *, allowed: float) -> BudgetCurve:
    """What was left of an error budget and what will be; the whole budget is the box's upper edge."""
    since, now = past[0][0], past[-1][0]
    until = max(ahead[-1][0], now) if ahead else now
    lowest = min(0.0, *(left for _, left in [*past, *ahead]))

    def x(at: datetime) -> float:
        return (at - since) / max(until - since, timedelta(seconds=1))

    def y(left: float) -> float:
        return (allowed - left) / (allowed - lowest)

    def line(points: Sequence[Left]) -> str:
        return " ".join(f"{x(at) * WIDTH:.1f},{y(left) * 100:.2f}" for at, left in points)

    zero = y(0) * 100
    return BudgetCurve(
        since,
        until,
        line(past),
        line([past[-1], *ahead]),
        f"0,{zero:.2f} {line(past)} {x(now) * WIDTH:.1f},{zero:.2f}",
        f"{zero:.2f}%",
        f"{x(now) * 100:.2f}%",
    )
