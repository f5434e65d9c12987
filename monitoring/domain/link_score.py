"""How good a charger's link is: 0 to 100 of a few figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor

# Points that each figure may cost, from where it costs nothing to where it costs all. Together 100.
OFFLINE_POINTS, OFFLINE_WORST = 40.0, 0.05
DROPS_POINTS, DROPS_WORST = 30.0, 10.0
LOST_POINTS, LOST_WORST = 10.0, 0.05
RTT_POINTS, RTT_FREE_MS, RTT_WORST_MS = 15.0, 150.0, 2000.0
DELAY_POINTS, DELAY_FREE_MS, DELAY_WORST_MS = 5.0, 2000.0, 20000.0

GOOD, FAIR = 90, 70


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a time such as a week. `connected`: share (0 to 1) of it, without our own doing; None if it never was.
    `drops_per_day` without our own restarts and what it was told to do; `lost`: share of pings without an answer. What
    was never measured is None and costs nothing."""

    connected: float | None
    drops_per_day: float = 0.0
    rtt_ms: float | None = None
    lost: float = 0.0
    delay_ms: float | None = None


def score(figures: Figures) -> int | None:
    """100: nothing is wrong; worse figures never score better. None for a charger that was never connected."""
    if figures.connected is None:
        return None
    cost = (
        OFFLINE_POINTS * _share(1 - figures.connected, 0, OFFLINE_WORST)
        + DROPS_POINTS * _share(figures.drops_per_day, 0, DROPS_WORST)
        + LOST_POINTS * _share(figures.lost, 0, LOST_WORST)
        + RTT_POINTS * _share(figures.rtt_ms, RTT_FREE_MS, RTT_WORST_MS)
        + DELAY_POINTS * _share(figures.delay_ms, DELAY_FREE_MS, DELAY_WORST_MS)
    )
    # Never rounded up to a hundred.
    return max(0, floor(100 - cost + 1e-9))


def _share(value: float | None, free: float, worst: float) -> float:
    """0 at `free`, 1 from `worst` on."""
    return 0.0 if value is None else min(1.0, max(0.0, (value - free) / (worst - free)))


def network_score(scores: Iterable[int | None]) -> int | None:
    """Of a provider, a site or a network: the mean of its chargers' scores, those without one left out."""
    known = [score for score in scores if score is not None]
    return floor(sum(known) / len(known)) if known else None
