"""The power of running sessions over time, as a few points each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stations.models import Session
from stations.selectors.samples import samples_of

# Of all sessions of a station together; of a very long one only the last part is drawn.
_READ = 2000
# No small chart shows more.
_POINTS = 120


@dataclass(frozen=True, slots=True)
class Curve:
    """Times and watts, in order; at least two of them."""

    points: Sequence[tuple[datetime, float]]

    @property
    def since(self) -> datetime:
        return self.points[0][0]

    @property
    def peak_w(self) -> float:
        return max(power for _, power in self.points)

    def line(self, width: float, height: float) -> str:
        """The points as an SVG polyline's, from the floor up: the peak touches the top."""
        start, end = self.since.timestamp(), self.points[-1][0].timestamp()
        across, up = width / ((end - start) or 1), height / (self.peak_w or 1)
        return " ".join(
            f"{(at.timestamp() - start) * across:.1f},{height - max(power, 0) * up:.1f}" for at, power in self.points
        )


def curves_of(sessions: Sequence[Session]) -> dict[int, Curve]:
    """The curve of each session that has two readings of its power, in one query. The sessions are visible to who asks,
    as `visible_sessions` found them."""
    rows = samples_of(*sessions).filter(power_w__isnull=False).order_by("-at").values_list("session", "at", "power_w")
    found: dict[int, list[tuple[datetime, float]]] = {}
    for session, at, power in rows[:_READ] if sessions else ():
        found.setdefault(session, []).append((at, power or 0.0))
    return {session: Curve(_thinned(points[::-1])) for session, points in found.items() if len(points) > 1}


def _thinned(points: list[tuple[datetime, float]]) -> list[tuple[datetime, float]]:
    """As many as are drawn, the last one among them."""
    step = -(-len(points) // _POINTS)
    return points[::-step][::-1]
