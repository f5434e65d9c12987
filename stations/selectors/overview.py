"""The network in numbers, and what happened in it last. Aggregates are made by the database, whatever its size."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, Sum
from django.utils import timezone

from drivers.permissions import Viewer
from stations.domain.status import Availability, ConnectorStatus
from stations.models import Connection, Site, Station
from stations.selectors import (
    visible_commands,
    visible_connectors,
    visible_evses,
    visible_sessions,
    visible_sites,
    visible_stations,
)
from stations.selectors.glance import SiteWords


@dataclass(frozen=True, slots=True)
class Overview:
    """`stations` counts by Availability. Energy of today is that since each site's own midnight; that of a week ago is
    until the same time on its clock."""

    sites: int
    stations: dict[str, int]
    open_sessions: int
    power_w: float
    capacity_w: int
    energy_today_wh: int
    energy_week_ago_wh: int

    @property
    def total(self) -> int:
        return sum(self.stations.values())

    @property
    def connected(self) -> int:
        return self.total - self.stations.get(Availability.OFFLINE, 0)

    @property
    def change_percent(self) -> int | None:
        """How much more was delivered than a week ago by this time, in percent; None with nothing to compare with."""
        before = self.energy_week_ago_wh
        return round(100 * (self.energy_today_wh - before) / before) if before else None

    @property
    def change_size(self) -> int:
        """The same without its direction."""
        return abs(self.change_percent or 0)


def overview(
    viewer: Viewer, words: Iterable[SiteWords], *, energy_today_wh: int = 0, energy_week_ago_wh: int = 0
) -> Overview:
    """Counts and sums over what the viewer sees, in three queries. `words`: those of its stations."""
    counts: Counter[str] = Counter()
    for _, word, count in words:
        counts[word] += count
    running = visible_sessions(viewer).filter(ended_at=None).aggregate(n=Count("pk"), power=Sum("power_w"))
    return Overview(
        sites=visible_sites(viewer).count(),
        stations=dict(counts),
        open_sessions=running["n"],
        power_w=running["power"] or 0.0,
        capacity_w=visible_evses(viewer).aggregate(watts=Sum("max_power_w"))["watts"] or 0,
        energy_today_wh=energy_today_wh,
        energy_week_ago_wh=energy_week_ago_wh,
    )


# How far back a site's page looks.
_RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is session_started, session_ended, connected, disconnected, faulted or command; `subject` its row."""

    at: datetime
    kind: str
    station: Station
    subject: object


def recent_events(
    viewer: Viewer, *, limit: int = 12, station: Station | None = None, site: Site | None = None
) -> list[Event]:
    """What happened last, newest first: sessions, connections, faults and commands, each by its own latest rows; of a
    site those of the last days, which an index leads to station by station."""
    only = Q() if station is None else Q(station=station)
    since = Q(), Q(), Q()
    if site is not None:
        only = Q(station__in=list(Station.objects.filter(site=site).values_list("pk", flat=True)))
        begin = timezone.now() - _RECENT
        since = Q(started_at__gte=begin), Q(opened_at__gte=begin), Q(requested_at__gte=begin)
    events: list[Event] = []
    # Three times as many: a session that ended just now may have started before many others.
    for session in visible_sessions(viewer).filter(only, since[0]).order_by("-started_at")[: 3 * limit]:
        events.append(Event(session.started_at, "session_started", session.station, session))
        if session.ended_at:
            events.append(Event(session.ended_at, "session_ended", session.station, session))
    sockets = Connection.objects.filter(only, since[1], station__in=visible_stations(viewer)).select_related(
        "station__site"
    )
    for socket in sockets.order_by("-id")[:limit]:
        events.append(Event(socket.opened_at, "connected", socket.station, socket))
        if socket.closed_at:
            events.append(Event(socket.closed_at, "disconnected", socket.station, socket))
    faults = visible_connectors(viewer).filter(only, status=ConnectorStatus.FAULTED, status_received_at__isnull=False)
    for connector in faults.order_by("-status_received_at")[:limit]:
        events.append(Event(connector.status_received_at or timezone.now(), "faulted", connector.station, connector))
    for command in visible_commands(viewer).filter(only, since[2]).order_by("-id")[:limit]:
        events.append(Event(command.requested_at, "command", command.station, command))
    return sorted(events, key=lambda event: event.at, reverse=True)[:limit]
