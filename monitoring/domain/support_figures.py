"""How well support keeps what it promises, reckoned from tickets."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """One ticket. Seconds of support hours; None: not there yet. `is_late`: its time is up without that."""

    first_answer_s: float | None
    first_answer_target_s: float
    first_answer_is_late: bool
    resolution_s: float | None
    resolution_target_s: float
    resolution_is_late: bool
    # Who calls has an answer at once: that says nothing of how fast letters are answered.
    was_called: bool = False


@dataclass(frozen=True, slots=True)
class Spread:
    """`within` of `judged` kept the promise; median and p90 (seconds) of what is done; None without any."""

    done: int = 0
    median_s: float | None = None
    p90_s: float | None = None
    within: int = 0
    judged: int = 0

    @property
    def share(self) -> float | None:
        """Of those of which one can say whether the promise was kept: 0 to 1."""
        return self.within / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Figures:
    opened: int
    first_answer: Spread
    resolution: Spread


def figures(tickets: Sequence[Measured]) -> Figures:
    """Of tickets opened in some time."""
    written = [ticket for ticket in tickets if not ticket.was_called]
    return Figures(
        opened=len(tickets),
        first_answer=_spread(
            (ticket.first_answer_s, ticket.first_answer_target_s, ticket.first_answer_is_late) for ticket in written
        ),
        resolution=_spread(
            (ticket.resolution_s, ticket.resolution_target_s, ticket.resolution_is_late) for ticket in tickets
        ),
    )


def _spread(rows: Iterable[tuple[float | None, float, bool]]) -> Spread:
    """What is neither done nor late is not judged yet."""
    known = list(rows)
    done = sorted(took for took, _target, _late in known if took is not None)
    within = sum(took is not None and took <= target for took, target, _late in known)
    judged = sum(took is not None or late for took, _target, late in known)
    return Spread(len(done), statistics.median(done) if done else None, percentile(done, 0.9), within, judged)


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """The least value that so many of them do not exceed (nearest rank); None of nothing."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]
