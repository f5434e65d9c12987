"""Ports that say Available and fail one driver after the other: found, told to the uptime ledger, and acquitted.

23 CFR 680.116(b): a port is up when it is available *and* delivers electricity. A serious streak makes it down from its
first failure until somebody charges there again.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from monitoring.domain.success import CHARGED, FAILED, LEAST_ENERGY_WH, Streak, streak
from monitoring.models import Attempt, FailedStreak, PortHabit
from monitoring.services import impairments
from stations.models import Evse, Session

# A failure so long ago says nothing of the port as it is now.
LOOKBACK = timedelta(days=90)
# Failures that are read of a streak; a longer one counts as so long.
_READ = 200


def look_at(evse_ids: Collection[int], *, now: datetime | None = None) -> int:
    """Work out the streaks of these EVSEs; how many of them changed."""
    now = now or timezone.now()
    return sum(_look_at(evse_id, now) for evse_id in sorted(evse_ids))


def look_at_running(*, now: datetime | None = None) -> int:
    """End the streaks of EVSEs at which somebody charges now: nobody waits for the end of that session."""
    charging = Session.objects.filter(ended_at=None, energy_wh__gte=LEAST_ENERGY_WH)
    open_at = FailedStreak.objects.filter(ended_at=None, evse__sessions__in=charging).values_list("evse", flat=True)
    return look_at(set(open_at), now=now)


@transaction.atomic
def _look_at(evse_id: int, now: datetime) -> bool:
    # Two sweeps at once take turns; sessions may begin meanwhile.
    if Evse.objects.select_for_update(no_key=True).filter(pk=evse_id).first() is None:
        return False
    latest = Attempt.objects.filter(evse=evse_id).order_by("-ended_at").values_list("ended_at", flat=True).first()
    PortHabit.objects.filter(evse=evse_id).update(last_ended_at=latest)
    charged_at = _charged_at(evse_id)
    found = _streak_since(evse_id, charged_at, now)
    row = FailedStreak.objects.filter(evse=evse_id, ended_at=None).first()
    if found is None:
        return row is not None and _end(row, charged_at)
    if row is not None and row.since < found.since and charged_at is not None and charged_at >= row.since:
        # Somebody charged in between, and it failed again since.
        _end(row, charged_at)
        row = None
    return _take(row or FailedStreak(evse_id=evse_id), found)


def _charged_at(evse_id: int) -> datetime | None:
    """When somebody last began to charge there."""
    ended = Attempt.objects.filter(evse=evse_id, outcome__in=CHARGED).order_by("-began_at")
    running = Session.objects.filter(evse=evse_id, ended_at=None, energy_wh__gte=LEAST_ENERGY_WH)
    times = [
        ended.values_list("began_at", flat=True).first(),
        running.order_by("-started_at").values_list("started_at", flat=True).first(),
    ]
    return max((at for at in times if at is not None), default=None)


def _streak_since(evse_id: int, charged_at: datetime | None, now: datetime) -> Streak | None:
    failed = Attempt.objects.filter(evse=evse_id, outcome__in=FAILED, began_at__gte=now - LOOKBACK)
    if charged_at is not None:
        failed = failed.filter(began_at__gt=charged_at)
    rows = failed.order_by("-began_at", "-id").values_list("outcome", "who", "began_at")
    return streak(list(rows[:_READ]))


def _take(row: FailedStreak, found: Streak) -> bool:
    """Write down the streak; whether that changed anything. The ledger hears of one that becomes serious."""
    was_serious, since = row.is_serious, row.since
    values = {
        "since": found.since,
        "attempts": found.attempts,
        "people": found.people,
        "is_zero_energy": found.is_zero_energy,
        "is_serious": found.is_serious(),
    }
    if row.pk and all(getattr(row, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    if row.is_serious and (not was_serious or row.since < since):
        impairments.impair(row)
    elif was_serious and not row.is_serious:
        impairments.restore(row.evse_id, at=row.since)
    return True


def _end(row: FailedStreak, charged_at: datetime | None) -> bool:
    """The streak is over: somebody charged, or what failed turned out to be none."""
    first = Attempt.objects.filter(evse=row.evse_id, began_at__gt=row.since, outcome__in=CHARGED)
    ended_at = first.aggregate(at=Min("began_at"))["at"] or charged_at or row.since
    row.ended_at = max(ended_at, row.since)
    row.save(update_fields=["ended_at"])
    if row.is_serious:
        impairments.restore(row.evse_id, at=row.ended_at)
    return True
