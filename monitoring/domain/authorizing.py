"""How long drivers wait for our word on their id token: counted in steps, so that days and stations add up."""

from bisect import bisect_left
from collections.abc import Sequence

# Upper bounds of the steps, in seconds; the last step is what takes longer.
BOUNDS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


def step_of(seconds: float) -> int:
    """The step that a wait falls into; a bound belongs to the step below it."""
    return bisect_left(BOUNDS_S, seconds)


def percentile_s(counts: Sequence[int], share: float) -> float | None:
    """What `share` of the waits do not exceed, as if they lay evenly within a step; None without any.

    Beyond the last bound nothing is known but that: it is the bound.
    """
    wanted, below = sum(counts) * share, 0
    if not wanted:
        return None
    for count, low, high in zip(counts, (0.0, *BOUNDS_S), BOUNDS_S, strict=False):
        if below + count >= wanted:
            return low + (high - low) * (wanted - below) / count
        below += count
    return BOUNDS_S[-1]
