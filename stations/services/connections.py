"""Sockets of chargers: who may open one, which one is current, and what became of the others.

The newest socket of a charger wins. Everything written about liveness is conditional on "still the current connection":
a socket that was superseded, or whose process was taken for dead, can no longer mark its charger online or offline.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from stations.domain.commands import CommandState
from stations.models import Command, Connection, EdgeProcess, RefusedAttempt, Station
from stations.services.flush import update_many
from stations.services.work import Work

# Renewed every RENEWAL; past it the process is dead. Short, since drivers see what a dead process left behind.
LEASE = timedelta(seconds=12)
RENEWAL = timedelta(seconds=4)
# A socket is not held for the moment between the commit of its row and its first message.
SETTLING = timedelta(seconds=10)
# However many identities a scanner tries, the page of refused attempts stays readable and the table small.
MAX_REFUSED_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Admission:
    """What a handshake is checked against."""

    station_id: int
    security_profile: int
    password_hash: str


def admission(*, identity: str) -> Admission | None:
    """The station of this identity (case-sensitive), or None."""
    row = Station.objects.filter(identity=identity).values_list("pk", "security_profile", "password_hash").first()
    return Admission(*row) if row else None


def refuse(
    *, identity: str, reason: str, remote_address: str, now: datetime, station_id: int | None, detail: str = ""
) -> None:
    """Count a refused handshake for people to see."""
    row, created = RefusedAttempt.objects.get_or_create(
        identity=identity[:120].replace("\0", ""),
        reason=reason,
        remote_address=remote_address,
        defaults={"first_at": now, "last_at": now, "station_id": station_id, "detail": detail[:200]},
    )
    if not created:
        RefusedAttempt.objects.filter(pk=row.pk).update(
            count=F("count") + 1, last_at=now, station_id=station_id, detail=detail[:200]
        )
    elif row.pk % 100 == 0:
        _prune_refused()


def _prune_refused() -> None:
    oldest_kept = RefusedAttempt.objects.order_by("-last_at").values_list("last_at", flat=True)[
        MAX_REFUSED_ROWS : MAX_REFUSED_ROWS + 1
    ]
    for last_at in list(oldest_kept):
        RefusedAttempt.objects.filter(last_at__lte=last_at).delete()


@dataclass(frozen=True, slots=True)
class Handshake:
    """A socket that is about to be accepted."""

    station_id: int
    process_id: UUID
    protocol: str
    remote_address: str
    is_secure: bool


def open_connection(*, work: Work, handshake: Handshake) -> Connection:
    """Make a new socket the charger's current one; the one it supersedes is over."""
    station = work.stations[handshake.station_id]
    superseded = station.connection_id and Connection.objects.filter(pk=station.connection_id).first()
    if superseded:
        _end(work, superseded, reason="superseded by a newer connection")
    connection = Connection.objects.create(
        station=station,
        process_id=handshake.process_id,
        protocol=handshake.protocol,
        remote_address=handshake.remote_address,
        is_secure=handshake.is_secure,
        opened_at=work.now,
        last_seen=work.now,
    )
    station.connection = connection
    station.protocol = handshake.protocol
    station.last_seen = work.now
    station.clock_offset_s = None
    work.changed(station, "connection", "protocol", "last_seen", "clock_offset_s")
    data = {"connection": connection.pk, "protocol": handshake.protocol}
    work.record("station.connected", subject=station, data=data)
    work.nudge_station(station)
    return connection


def close_connection(
    *, work: Work, station_id: int, connection_id: int, last_seen: datetime, code: int | None, reason: str
) -> None:
    """Note that a socket closed. A late close of a superseded socket leaves its charger online."""
    connection = Connection.objects.filter(pk=connection_id).first()
    station = work.stations.get(station_id)
    if connection is None or station is None:
        return
    connection.last_seen = max(connection.last_seen, last_seen)
    _end(work, connection, reason=reason, code=code)
    if station.connection_id == connection_id:
        _mark_offline(work, station, connection, reason)


def _end(work: Work, connection: Connection, *, reason: str, code: int | None = None) -> None:
    """Close the row, and with it the fate of what was sent over the socket and not answered."""
    if connection.closed_at is None:
        connection.closed_at = work.now
        connection.close_code = code
        connection.close_reason = reason[:120]
        connection.save(update_fields=["closed_at", "close_code", "close_reason", "last_seen"])
    for command in Command.objects.filter(connection=connection, state=CommandState.SENT):
        command.state = CommandState.UNKNOWN
        command.error = "The connection was lost before the charger answered."
        command.finished_at = work.now
        command.save(update_fields=["state", "error", "finished_at"])
        data = {"station": command.station_id, "kind": command.kind, "state": command.state}
        work.record("command.finished", subject=command, data=data)


def _mark_offline(work: Work, station: Station, connection: Connection, reason: str) -> None:
    station.connection = None
    station.last_seen = connection.last_seen
    work.changed(station, "connection", "last_seen")
    data = {"connection": connection.pk, "reason": reason}
    work.record("station.disconnected", subject=station, data=data, at=connection.last_seen)
    work.nudge_station(station)


# --- Edge processes ---


def start_process(*, process_id: UUID, host: str, now: datetime) -> None:
    """A new edge process with its first lease."""
    EdgeProcess.objects.create(id=process_id, host=host, started_at=now, lease_until=now + LEASE)


def renew_lease(*, process_id: UUID, now: datetime) -> None:
    """Stay alive until LEASE from now."""
    EdgeProcess.objects.filter(pk=process_id).update(lease_until=now + LEASE)


def end_process(*, process_id: UUID, now: datetime) -> None:
    """The process stops in good order: what it still holds may be closed at once."""
    EdgeProcess.objects.filter(pk=process_id).update(lease_until=now)


def unheld(*, process_id: UUID, held: Iterable[int], now: datetime) -> list[Connection]:
    """Open connections of a process that it does not hold: their close could not be stored when it came."""
    mine = Connection.objects.filter(process=process_id, closed_at=None, opened_at__lt=now - SETTLING)
    return list(mine.exclude(pk__in=list(held)))


def touch(*, process_id: UUID, seen: Mapping[int, datetime]) -> set[int]:
    """Write when each open connection (by id) was last heard; returns those that are no longer current."""
    current = dict(
        Connection.objects.filter(
            pk__in=seen, closed_at=None, process=process_id, station__connection=F("pk")
        ).values_list("pk", "station_id")
    )
    if current:
        update_many([Connection(pk=pk, last_seen=seen[pk]) for pk in current], ["last_seen"])
        update_many([Station(pk=station, last_seen=seen[pk]) for pk, station in current.items()], ["last_seen"])
    return set(seen) - set(current)


def close_orphans(*, now: datetime, limit: int = 500) -> int:
    """Close connections whose process is dead (its lease ran out), at their `last_seen`; returns how many.

    A process that was slow rather than dead finds out by `touch` and closes the sockets itself.
    """
    dead = Q(process=None) | Q(process__lease_until__lt=now)
    orphans = list(Connection.objects.filter(dead, closed_at=None).order_by("id")[:limit])
    with Work.transaction({orphan.station_id for orphan in orphans}, now) as work:
        for orphan in orphans:
            close_connection(
                work=work,
                station_id=orphan.station_id,
                connection_id=orphan.pk,
                last_seen=orphan.last_seen,
                code=None,
                reason="its edge process died",
            )
    return len(orphans)
