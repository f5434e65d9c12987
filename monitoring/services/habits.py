"""When ports usually charge, worked out once a day: what the silence of a ghost port is measured by."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from monitoring.domain.habits import LOOKBACK, habit_of
from monitoring.models import Attempt, PortHabit
from stations.models import Evse

STALE_AFTER = timedelta(days=1)
# EVSEs at a time: their sessions of two months are read.
AT_ONCE = 100


def sweep(*, now: datetime | None = None, limit: int = 3) -> int:
    """Work out the habits that are missing or a day old, `limit` times a hundred EVSEs; how many."""
    now = now or timezone.now()
    done = 0
    for _ in range(limit):
        ids = _due(now)
        if not ids:
            break
        with transaction.atomic():
            _work_out(ids, now)
        done += len(ids)
    return done


def _due(now: datetime) -> list[int]:
    """EVSEs without a habit first, then those whose habit is oldest."""
    missing = Evse.objects.filter(Exists(Attempt.objects.filter(evse=OuterRef("pk"))), habit=None).order_by("pk")
    found = list(missing.values_list("pk", flat=True)[:AT_ONCE])
    stale = PortHabit.objects.filter(worked_out_at__lte=now - STALE_AFTER).order_by("worked_out_at")
    return found or list(stale.values_list("pk", flat=True)[:AT_ONCE])


def _work_out(evse_ids: list[int], now: datetime) -> None:
    since = now - LOOKBACK
    sessions = Attempt.objects.filter(evse__in=evse_ids, kind=Attempt.Kind.SESSION)
    starts: defaultdict[int, list[datetime]] = defaultdict(list)
    begun = sessions.filter(began_at__gte=since, began_at__lt=now).order_by()
    for evse_id, at in begun.values_list("evse", "began_at"):
        starts[evse_id].append(at)
    ends = dict(sessions.order_by().values_list("evse").annotate(Max("ended_at")))
    rows = []
    for evse in Evse.objects.filter(pk__in=evse_ids).select_related("station__site"):
        habit = habit_of(starts[evse.pk], since=since, until=now, zone=evse.station.site.zone)
        gap = habit.usual_gap
        rows.append(
            PortHabit(
                evse=evse,
                worked_out_at=now,
                sessions=habit.sessions,
                weeks=habit.weeks,
                by_hour=list(habit.by_hour),
                by_day=list(habit.by_day),
                usual_gap_s=gap.total_seconds() if gap and habit.is_known else None,
                last_ended_at=ends.get(evse.pk),
            )
        )
    fields = ["worked_out_at", "sessions", "weeks", "by_hour", "by_day", "usual_gap_s", "last_ended_at"]
    PortHabit.objects.bulk_create(
        rows, update_conflicts=True, update_fields=fields, unique_fields=["evse"], batch_size=500
    )
