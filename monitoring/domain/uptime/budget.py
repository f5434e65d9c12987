"""The error budget: what a port may still be out in its twelve months before it falls under its target."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitoring.domain.uptime.figures import NEVI_MINUTES, NEVI_TARGET
from monitoring.domain.uptime.months import MONTHS, month_end, month_of, next_month

# Over how much of the past the burn rate is told.
RECENT = timedelta(days=30)
# A forecast farther ahead says nothing.
HORIZON_MONTHS = 24


# An instant, and the minutes left then of the twelve months that end with its month.
Left = tuple[datetime, float]


@dataclass(frozen=True, slots=True)
class Budget:
    """Minutes. `burn_rate`: 1 uses up exactly the budget in twelve months. `ahead`: what will be left at the end of
    each month if it goes on like the last thirty days, until it is used up or for two years. Negative `left`: it is."""

    allowed: float
    spent: float
    burn_rate: float
    ahead: tuple[Left, ...]

    @property
    def left(self) -> float:
        return self.allowed - self.spent

    @property
    def is_breached(self) -> bool:
        return self.left <= 0

    @property
    def breach_at(self) -> datetime | None:
        """When it is used up; None: not within two years."""
        return next((at for at, left in self.ahead if left <= 0), None)


def error_budget(
    lost_s: Mapping[date, int],
    *,
    recent_s: int,
    now: datetime,
    target: float = NEVI_TARGET,
    since: datetime | None = None,
) -> Budget:
    """The budget of the window that ends with this month.

    `lost_s`: seconds of outage that is not excluded, by month (its first day); `recent_s`: those of the last thirty
    days, or of the time `since` the port's commissioning where that is shorter. `target`: percent, 97 by
    23 CFR 680.116(b). In a year from now the months of today have left the window: the forecast counts that.
    """
    allowed = NEVI_MINUTES * (100 - target) / 100
    this_month = month_of(now)
    spent = _in_window(lost_s, this_month) / 60
    span = min(RECENT, now - since) if since else RECENT
    days = max(span / timedelta(days=1), 1.0)
    per_day = recent_s / 60 / days
    sustainable = allowed / 365
    return Budget(allowed, spent, per_day / sustainable, tuple(_ahead(lost_s, per_day, allowed, now)))


def budget_past(
    lost_s: Mapping[date, int], *, now: datetime, target: float = NEVI_TARGET, since: datetime | None = None
) -> list[Left]:
    """What was left at the end of each of the last eleven months and is now; from `since` on, where that is later.

    `lost_s` goes back 23 months: each of these windows has twelve.
    """
    allowed = NEVI_MINUTES * (100 - target) / 100
    this_month = month_of(now)
    months = [next_month(this_month, -ago) for ago in range(MONTHS - 1, 0, -1)]
    found = [(month_end(month), allowed - _in_window(lost_s, month) / 60) for month in months]
    found.append((now, allowed - _in_window(lost_s, this_month) / 60))
    if since is None or since <= found[0][0]:
        return found
    return [(since, allowed), *((at, left) for at, left in found if at > since)]


def _in_window(lost_s: Mapping[date, int], month: date) -> int:
    first = next_month(month, 1 - MONTHS)
    return sum(seconds for of, seconds in lost_s.items() if first <= of <= month)


def _ahead(lost_s: Mapping[date, int], per_day: float, allowed: float, now: datetime) -> Iterator[Left]:
    """Month by month: what is spent at its beginning, and when the rest is used up."""
    expected = dict(lost_s)
    at, month = now, month_of(now)
    if _in_window(expected, month) / 60 >= allowed:
        yield now, 0.0
        return
    for _ in range(HORIZON_MONTHS):
        left = allowed - _in_window(expected, month) / 60
        end = month_end(month)
        lost = per_day * ((end - at) / timedelta(days=1))
        if lost >= left:
            yield at + timedelta(days=max(left, 0) / per_day), 0.0
            return
        yield end, left - lost
        expected[month] = expected.get(month, 0) + round(lost * 60)
        at, month = end, next_month(month)
