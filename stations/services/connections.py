"""Sockets of chargers: who may open one, which one is current, and what became of the others.

The newest socket of a charger wins. Everything written about liveness is conditional on "still the current connection":
a socket that was superseded, or whose process was taken for dead, can no longer mark its charger online or offline.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection as database
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from stations.domain.commands import CommandState
from stations.models import Command, Connection, EdgeProcess, RefusedAttempt, Station
from stations.services.flush import update_many
from stations.services.work import Work

# Renewed every RENEWAL; past it the process is dead. Short, since drivers see what a dead process left behind.
LEASE = timedelta(seconds=12)
RENEWAL = timedelta(seconds=4)
# A socket is not held for the moment between the commit of its row and its first message.
SETTLING = timedelta(seconds=10)
TOUCH_CHUNK = 500
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


def start_process(*, process_id: UUID, host: str) -> None:
    """A new edge process with its first lease."""
    now = timezone.now()
    with transaction.atomic():
        EdgeProcess.objects.create(id=process_id, host=host, started_at=now, lease_until=now + LEASE)


def renew_lease(*, process_id: UUID) -> None:
    """Stay alive until LEASE from now."""
    with transaction.atomic():
        EdgeProcess.objects.filter(pk=process_id).update(lease_until=timezone.now() + LEASE)


def end_process(*, process_id: UUID) -> None:
    """The process stops in good order: what it still holds may be closed at once."""
    with transaction.atomic():
        EdgeProcess.objects.filter(pk=process_id).update(lease_until=timezone.now())


def stale(*, process_id: UUID, held: Iterable[int]) -> set[int]:
    """Those of the held connections (ids) that are no longer their charger's current one."""
    current = Station.objects.filter(connection__process=process_id, connection__closed_at=None)
    return set(held) - set(current.values_list("connection_id", flat=True))


def unheld(*, process_id: UUID, held: Iterable[int], now: datetime) -> list[Connection]:
    """Open connections of a process that it does not hold: their close could not be stored when it came."""
    mine = Connection.objects.filter(process=process_id, closed_at=None, opened_at__lt=now - SETTLING)
    ids = set(mine.values_list("pk", flat=True)) - set(held)
    return list(Connection.objects.filter(pk__in=ids))


def touch(*, seen: Mapping[int, datetime]) -> None:
    """Write when each connection (by id) was last heard, where it is still the current one of its charger.

    In small transactions, and without the stations that a lane is just working on: nobody waits for this.
    """
    for ids in _chunks(sorted(seen), TOUCH_CHUNK):
        with transaction.atomic():
            current = Station.objects.filter(connection__in=ids, connection__closed_at=None).order_by("pk")
            if database.features.has_select_for_update_skip_locked:
                current = current.select_for_update(of=("self",), skip_locked=True, no_key=True)
            stations = dict(current.values_list("connection_id", "pk"))
            update_many([Connection(pk=pk, last_seen=seen[pk]) for pk in stations], ["last_seen"])
            update_many([Station(pk=station, last_seen=seen[pk]) for pk, station in stations.items()], ["last_seen"])


def _chunks(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def close_orphans(*, now: datetime, limit: int = 50) -> int:
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


def prune(*, older_than: datetime, chunk: int = 1000) -> int:
    """Delete connections closed before an instant, and processes that left none; returns how many connections."""
    removed = 0
    while ids := list(Connection.objects.filter(closed_at__lt=older_than).values_list("pk", flat=True)[:chunk]):
        with transaction.atomic():
            removed += Connection.objects.filter(pk__in=ids).delete()[0]
    with transaction.atomic():
        EdgeProcess.objects.filter(lease_until__lt=older_than, connections=None).delete()
    return removed
