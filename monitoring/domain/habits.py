"""Ghost ports: available, and nobody charges there although people should.

A port's habit is how many sessions a week it usually has, by the hour of the day and the day of the week. Silence is
measured in usual gaps: as many sessions as should have begun meanwhile. Were sessions to begin by chance, at that rate
(a Poisson process), a silence of n gaps would happen to exp(-n) of ports: six gaps to one in four hundred.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
# How far back a habit looks, and how much of it there has to be to say anything.
LOOKBACK = 8 * WEEK
LEAST_SESSIONS = 20
LEAST_WEEKS = 3
# Usual gaps of silence that make a ghost, and how busy neighbours have to be meanwhile: their share of what is usual.
GAPS = 6.0
NEIGHBOURS_SHARE = 0.5
NEIGHBOURS_LEAST = 3


@dataclass(frozen=True, slots=True)
class Habit:
    """`sessions` in `weeks`; `by_hour` and `by_day` (Monday first) count them on the site's clock."""

    sessions: int
    weeks: float
    by_hour: tuple[int, ...]
    by_day: tuple[int, ...]

    @property
    def is_known(self) -> bool:
        """Whether there is enough history to call anything unusual."""
        return self.sessions >= LEAST_SESSIONS and self.weeks >= LEAST_WEEKS

    @property
    def usual_gap(self) -> timedelta | None:
        """From session to session, at any time; None: there was none."""
        return WEEK * self.weeks / self.sessions if self.sessions else None

    def expected(self, since: datetime, until: datetime, zone: tzinfo) -> float:
        """Sessions that usually begin from `since` to `until`, on a site's clock."""
        if not self.sessions or not self.weeks:
            return 0.0
        total, at = 0.0, since
        while at < until:
            end = min(until, at.replace(minute=0, second=0, microsecond=0) + HOUR)
            local = at.astimezone(zone)
            total += self._hourly(local.weekday(), local.hour) * ((end - at) / HOUR)
            at = end
        return total

    def _hourly(self, day: int, hour: int) -> float:
        """Sessions a week in this hour of this day: the day's share times the hour's."""
        return self.sessions / self.weeks * (self.by_day[day] / self.sessions) * (self.by_hour[hour] / self.sessions)


def habit_of(starts: Sequence[datetime], *, since: datetime, until: datetime, zone: tzinfo) -> Habit:
    """The habit that sessions begun between two instants show. A port is as old as its first session."""
    told = [at.astimezone(zone) for at in starts if since <= at < until]
    first = min(told, default=until)
    hours, days = Counter(at.hour for at in told), Counter(at.weekday() for at in told)
    return Habit(
        sessions=len(told),
        weeks=(until - first) / WEEK,
        by_hour=tuple(hours[hour] for hour in range(24)),
        by_day=tuple(days[day] for day in range(7)),
    )


@dataclass(frozen=True, slots=True)
class Silence:
    """How quiet a port is: usual gaps without a session, and what its neighbours did meanwhile."""

    since: datetime
    gaps: float
    neighbours: int
    neighbours_usual: float


def ghost(silence: Silence, habit: Habit, *, gaps: float = GAPS) -> bool:
    """Whether the port is a ghost: it has a habit, is silent far longer, and its neighbours are as busy as usual."""
    is_busy = silence.neighbours >= max(NEIGHBOURS_LEAST, NEIGHBOURS_SHARE * silence.neighbours_usual)
    return habit.is_known and silence.gaps >= gaps and is_busy
