"""The bars of a status page: a column for each day, as SVG paths; one path for each tone keeps ninety days small."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.domain.status_page import Day

WIDTH, HEIGHT = 8, 100
GAP = 2
# What is shorter would not be seen.
LEAST = 6
# From the foot of a column to its head: up, unknown, down.
TONES = ("available", "unknown", "faulted")


@dataclass(frozen=True, slots=True)
class Bars:
    """`paths`: tone and path data. Coordinates of `width` by `height`."""

    paths: tuple[tuple[str, str], ...]
    width: int
    height: int = HEIGHT


def bars(days: Sequence[Day]) -> Bars:
    """The days from left to right, each with its shares of time; one without data is a stub of its own tone."""
    parts: dict[str, list[str]] = {tone: [] for tone in (*TONES, "none")}
    for number, day in enumerate(days):
        left = number * WIDTH
        foot = HEIGHT
        for tone, height in _heights(day):
            foot -= height
            parts[tone].append(f"M{left} {foot}h{WIDTH - GAP}v{height}h-{WIDTH - GAP}z")
    paths = tuple((tone, "".join(found)) for tone, found in parts.items() if found)
    return Bars(paths, max(len(days), 1) * WIDTH - GAP)


def _heights(day: Day) -> list[tuple[str, int]]:
    """Whole units that fill the column; a trouble of a minute is seen, too."""
    shares = day.shares
    if shares is None:
        return [("none", HEIGHT // 4)]
    heights = [max(round(share * HEIGHT), LEAST) if share > 0 else 0 for share in shares]
    widest = heights.index(max(heights))
    heights[widest] += HEIGHT - sum(heights)
    return [(tone, height) for tone, height in zip(TONES, heights, strict=True) if height > 0]
