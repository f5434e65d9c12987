"""Ports that are silent although they say Available, and what their neighbours do meanwhile. No viewer asks."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from monitoring.domain.habits import Habit, Silence
from monitoring.models import Attempt, PortHabit
from stations.domain.status import ConnectorStatus
from stations.models import Connector, Evse, Session, Station

# At its busiest hour a port has no more than so many times its mean of sessions: looked at are no others.
_BUSIEST = 6


@dataclass(frozen=True, slots=True)
class Quiet:
    """A port with what is usual there and how silent it is."""

    evse: Evse
    habit: Habit
    silence: Silence


def quiet_ports(stations: QuerySet[Station], *, gaps: Callable[[int], float], now: datetime) -> list[Quiet]:
    """Ports of connected stations, available for `gaps` (of a site's id) usual gaps and more without a session."""
    known = PortHabit.objects.filter(
        evse__station__in=stations.filter(connection__isnull=False),
        usual_gap_s__isnull=False,
        last_ended_at__isnull=False,
    )
    rows = known.values_list("evse", "evse__station__site", "usual_gap_s", "last_ended_at")
    candidates = [
        evse_id
        for evse_id, site_id, gap_s, at in rows
        if at is not None and (now - at) * _BUSIEST >= gaps(site_id) * timedelta(seconds=gap_s or 0)
    ]
    available = _available_since(candidates)
    habits = PortHabit.objects.filter(evse__in=available).select_related("evse__station__site")
    found = []
    for row in habits:
        since = max(row.last_ended_at or now, available[row.evse_id])
        habit = habit_of_row(row)
        silent = habit.expected(since, now, row.evse.station.site.zone)
        if silent >= gaps(row.evse.station.site_id):
            found.append((row.evse, habit, since, silent))
    sites = _Sites({evse.station.site_id for evse, *_ in found}, min((since for *_, since, _ in found), default=now))
    return [
        Quiet(evse, habit, Silence(since, silent, *sites.neighbours(evse, since, now)))
        for evse, habit, since, silent in found
    ]


def habit_of_row(row: PortHabit) -> Habit:
    return Habit(row.sessions, row.weeks, tuple(row.by_hour), tuple(row.by_day))


def _available_since(evse_ids: Sequence[int]) -> dict[int, datetime]:
    """EVSEs of which each connector is available, and since when; those with an open session are not."""
    found: defaultdict[int, list[tuple[str, datetime | None]]] = defaultdict(list)
    busy = set(Session.objects.filter(evse__in=evse_ids, ended_at=None).values_list("evse", flat=True))
    for evse_id, status, at in Connector.objects.filter(evse__in=evse_ids).values_list("evse", "status", "status_at"):
        found[evse_id].append((status, at))
    since: dict[int, datetime] = {}
    for evse_id, told in found.items():
        times = [at for status, at in told if at is not None and status == ConnectorStatus.AVAILABLE]
        if len(times) == len(told) and evse_id not in busy:
            since[evse_id] = max(times)
    return since


class _Sites:
    """What happened at some sites since an instant, read once for all of their ports."""

    def __init__(self, site_ids: Iterable[int], since: datetime) -> None:
        ids = set(site_ids)
        self.starts: defaultdict[int, list[tuple[int, datetime]]] = defaultdict(list)
        ended = Attempt.objects.filter(site__in=ids, kind=Attempt.Kind.SESSION, began_at__gte=since)
        running = Session.objects.filter(evse__station__site__in=ids, ended_at=None, started_at__gte=since)
        for site_id, evse_id, at in [
            *ended.values_list("site", "evse", "began_at"),
            *running.values_list("evse__station__site", "evse", "started_at"),
        ]:
            self.starts[site_id].append((evse_id or 0, at))
        self.habits: defaultdict[int, list[PortHabit]] = defaultdict(list)
        for row in PortHabit.objects.filter(evse__station__site__in=ids).select_related("evse__station__site"):
            self.habits[row.evse.station.site_id].append(row)

    def neighbours(self, evse: Evse, since: datetime, now: datetime) -> tuple[int, float]:
        """Sessions that other EVSEs of the site have had since, and how many they usually have in that time."""
        site = evse.station.site
        begun = sum(1 for other, at in self.starts[site.pk] if other != evse.pk and at >= since)
        others = (row for row in self.habits[site.pk] if row.evse_id != evse.pk)
        return begun, sum(habit_of_row(row).expected(since, now, site.zone) for row in others)
