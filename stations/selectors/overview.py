"""The network in numbers, and what happened in it last. Aggregates are made by the database, whatever its size."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.utils import timezone

from drivers.models import Membership, User
from drivers.permissions import Viewer
from stations.domain.rollup import DAY, start_of
from stations.domain.status import Availability, ConnectorStatus
from stations.models import Connection, Station
from stations.selectors import (
    visible_commands,
    visible_connectors,
    visible_evses,
    visible_sessions,
    visible_sites,
    visible_stations,
)
from stations.selectors.energy import Delivered, within
from stations.selectors.glance import SiteWords


@dataclass(frozen=True, slots=True)
class Overview:
    """`stations` counts by Availability; energy and sessions of today are those since 00:00 UTC."""

    sites: int
    stations: dict[str, int]
    open_sessions: int
    power_w: float
    capacity_w: int
    energy_today_wh: int
    sessions_today: int

    @property
    def total(self) -> int:
        return sum(self.stations.values())

    @property
    def connected(self) -> int:
        return self.total - self.stations.get(Availability.OFFLINE, 0)


def overview(viewer: Viewer, words: Iterable[SiteWords], delivered: Sequence[Delivered]) -> Overview:
    """Counts and sums over what the viewer sees, in three queries. `words`: those of its stations; `delivered`: the
    quarters of at least today."""
    counts: Counter[str] = Counter()
    for _, word, count in words:
        counts[word] += count
    running = visible_sessions(viewer).filter(ended_at=None).aggregate(n=Count("pk"), power=Sum("power_w"))
    today = within(delivered, start_of(timezone.now(), DAY))
    return Overview(
        sites=visible_sites(viewer).count(),
        stations=dict(counts),
        open_sessions=running["n"],
        power_w=running["power"] or 0.0,
        capacity_w=visible_evses(viewer).aggregate(watts=Sum("max_power_w"))["watts"] or 0,
        energy_today_wh=today.energy_wh,
        sessions_today=today.sessions,
    )


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is session_started, session_ended, connected, disconnected, faulted or command; `subject` its row."""

    at: datetime
    kind: str
    station: Station
    subject: object


def recent_events(viewer: Viewer, *, limit: int = 12, station: Station | None = None) -> list[Event]:
    """What happened last, newest first: sessions, connections, faults and commands, each by its own latest rows."""
    only = Q() if station is None else Q(station=station)
    events: list[Event] = []
    # Three times as many: a session that ended just now may have started before many others.
    for session in visible_sessions(viewer).filter(only).order_by("-started_at")[: 3 * limit]:
        events.append(Event(session.started_at, "session_started", session.station, session))
        if session.ended_at:
            events.append(Event(session.ended_at, "session_ended", session.station, session))
    sockets = Connection.objects.filter(only, station__in=visible_stations(viewer)).select_related("station__site")
    for socket in sockets.order_by("-id")[:limit]:
        events.append(Event(socket.opened_at, "connected", socket.station, socket))
        if socket.closed_at:
            events.append(Event(socket.closed_at, "disconnected", socket.station, socket))
    faults = visible_connectors(viewer).filter(only, status=ConnectorStatus.FAULTED, status_received_at__isnull=False)
    for connector in faults.order_by("-status_received_at")[:limit]:
        events.append(Event(connector.status_received_at or timezone.now(), "faulted", connector.station, connector))
    for command in visible_commands(viewer).filter(only).order_by("-id")[:limit]:
        events.append(Event(command.requested_at, "command", command.station, command))
    return sorted(events, key=lambda event: event.at, reverse=True)[:limit]


def scope_key(viewer: User) -> str:
    """Names what the viewer sees: people with the same memberships and site scopes share cached aggregates."""
    rows = Membership.objects.filter(user=viewer).order_by("organization", "site_scopes__site")
    parts = rows.values_list("organization", "role", "site_scopes__site")
    return "-".join(f"{organization}.{role}.{site or 'all'}" for organization, role, site in parts)
