"""Sockets of chargers: who may open one, which one is current, and what became of the others.

The newest socket of a charger wins. Everything written about liveness is conditional on "still the current connection":
a socket that was superseded, or whose process was taken for dead, can no longer mark its charger online or offline.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection as database
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from stations.domain.commands import CommandState
from stations.domain.credentials import Credential
from stations.domain.partings import Parting
from stations.models import Command, Connection, EdgeProcess, Station
from stations.services import credentials, shared_identity
from stations.services.flush import update_many
from stations.services.work import Work

# Renewed every RENEWAL. Short, since drivers see what a dead process left behind.
LEASE = timedelta(seconds=8)
RENEWAL = timedelta(seconds=4)
# A lease that reaches farther than this was written before the clock was set back.
LONGEST_LEASE = 2 * LEASE
# A socket is not held for the moment between the commit of its row and its first message.
SETTLING = timedelta(seconds=10)
TOUCH_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Handshake:
    """A socket that is about to be accepted."""

    station_id: int
    process_id: UUID
    protocol: str
    remote_address: str
    is_secure: bool
    security_profile: int = 0
    credential: Credential = Credential.NOTHING
    # Whether a new password or profile was on its way when it was checked.
    is_changing: bool = False
    tls_version: str = ""
    tls_cipher: str = ""
    certificate_fingerprint: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """Another charger with this identity is connected from `address`; the newcomer may try again in `wait`."""

    address: str
    wait: timedelta


def open_connection(*, work: Work, handshake: Handshake) -> Connection | Held:
    """Make a new socket the charger's current one; the one it supersedes is over, unless another charger is on it."""
    station = work.stations[handshake.station_id]
    held = station.connection_id
    superseded = work.sockets.get(held) if held else None
    if superseded:
        wait = shared_identity.hold(work=work, station=station, holder=superseded, address=handshake.remote_address)
        if wait is not None:
            return Held(superseded.remote_address, wait)
        if superseded.process is None or superseded.process.lease_until < work.now:
            # It ended when it was last heard: who finds that out first, the charger or the sweep, makes no difference.
            _end(work, superseded, reason=Parting.PROCESS_DIED)
            _mark_offline(work, station, superseded, Parting.PROCESS_DIED)
        else:
            _end(work, superseded, reason=shared_identity.SUPERSEDED)
    connection = Connection.objects.create(
        station=station,
        process_id=handshake.process_id,
        protocol=handshake.protocol,
        remote_address=handshake.remote_address,
        host=handshake.host[:255],
        is_secure=handshake.is_secure,
        security_profile=handshake.security_profile,
        tls_version=handshake.tls_version[:10],
        tls_cipher=handshake.tls_cipher[:60],
        certificate_fingerprint=handshake.certificate_fingerprint,
        opened_at=work.now,
        last_seen=work.now,
    )
    work.sockets[connection.pk] = connection
    station.connection = connection
    station.protocol = handshake.protocol
    station.last_seen = work.now
    station.clock_offset_s = None
    work.changed(station, "connection", "protocol", "last_seen", "clock_offset_s")
    if handshake.is_changing:
        profile, credential = handshake.security_profile, handshake.credential
        credentials.presented(work=work, station=station, profile=profile, credential=credential)
    data = {"connection": connection.pk, "protocol": handshake.protocol}
    work.record("station.connected", subject=station, data=data)
    work.nudge_station(station)
    return connection


def close_connection(
    *, work: Work, station_id: int, connection_id: int, last_seen: datetime, code: int | None, reason: str
) -> None:
    """Note that a socket closed. A late close of a superseded socket leaves its charger online."""
    connection = work.sockets.get(connection_id) or Connection.objects.filter(pk=connection_id).first()
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
        work.changed(connection, "closed_at", "close_code", "close_reason", "last_seen")
    if connection.station_id not in work.with_commands:
        return
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
        if database.vendor == "postgresql":
            with database.cursor() as cursor:
                cursor.execute(_TOUCH, [list(ids), [seen[pk] for pk in ids]])
            continue
        with transaction.atomic():
            current = Station.objects.filter(connection__in=ids, connection__closed_at=None)
            stations = dict(current.values_list("connection_id", "pk"))
            update_many([Connection(pk=pk, last_seen=seen[pk]) for pk in stations], ["last_seen"])
            update_many([Station(pk=station, last_seen=seen[pk]) for pk, station in stations.items()], ["last_seen"])


# One statement: between two of them the locks would be held for as long as this thread waits for its turn.
_TOUCH = """
    WITH current AS (
        SELECT station.id, station.connection_id, seen.at
        FROM unnest(%s::bigint[], %s::timestamptz[]) AS seen (connection_id, at)
        JOIN stations_connection AS connection ON connection.id = seen.connection_id AND connection.closed_at IS NULL
        JOIN stations_station AS station ON station.connection_id = connection.id
        ORDER BY station.id
        FOR NO KEY UPDATE OF station SKIP LOCKED
    ), connections AS (
        UPDATE stations_connection AS connection SET last_seen = current.at
        FROM current WHERE connection.id = current.connection_id
    )
    UPDATE stations_station AS station SET last_seen = current.at FROM current WHERE station.id = current.id
"""


def _chunks(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def lapsed(*, now: datetime) -> dict[UUID, datetime]:
    """Processes that hold connections by a lease that is none now, and until when it was."""
    holding = EdgeProcess.objects.filter(_lapsed("", now), connections__closed_at=None, connections__isnull=False)
    return dict(holding.values_list("pk", "lease_until").distinct())


def _lapsed(prefix: str, now: datetime) -> Q:
    past = Q(**{f"{prefix}lease_until__lt": now})
    return past | Q(**{f"{prefix}lease_until__gt": now + LONGEST_LEASE})


def close_orphans(*, now: datetime, limit: int = 200, spared: Collection[UUID] = ()) -> int:
    """Close connections whose process is dead, at their `last_seen`; returns how many.

    Dead is whose lease is none, but for those `spared` (see `leases`). A process that was slow rather than dead finds
    out by `touch` and closes the sockets itself.
    """
    dead = Q(process=None) | (_lapsed("process__", now) & ~Q(process__in=spared))
    orphans = list(Connection.objects.filter(dead, closed_at=None).order_by("id")[:limit])
    with Work.transaction({orphan.station_id for orphan in orphans}, now) as work:
        for orphan in orphans:
            close_connection(
                work=work,
                station_id=orphan.station_id,
                connection_id=orphan.pk,
                last_seen=orphan.last_seen,
                code=None,
                reason=Parting.PROCESS_DIED,
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
