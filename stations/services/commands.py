"""Requesting commands, and what becomes of them when no charger answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from drivers import audit, sealing
from drivers.domain.phrases import Phrase, english
from drivers.models import AuditEntry, User
from stations import journal, live
from stations.domain import credentials, parameters, secrets
from stations.domain.certificates import PRESENTABLE, Purpose
from stations.domain.commands import CommandKind, CommandState, policy_of
from stations.models import BulkCommand, Command, Session, Station, StationCertificate
from stations.selectors import earlier
from stations.services.portions import portions_of

# A local list may have thousands of entries; the command itself keeps them.
LONGEST_LOGGED = 2000


class NotConnected(Exception):
    """The charger has no socket and the command is not to wait for one."""


def request(
    *,
    station: Station,
    kind: CommandKind,
    values: dict[str, Any],
    requested_by: User | None,
    queue: bool | None = None,
    not_before: datetime | None = None,
    expires_after: timedelta | None = None,
    session: Session | None = None,
    only_idle: bool = False,
) -> Command:
    """Write a QUEUED command and nudge the edge process that holds the charger.

    `queue`: whether it may wait for a charger that is offline; left out, as the kind's policy has it. `only_idle`: not
    sent should a session run at the station, or a place be kept there, in the moment in which it would leave. Raises
    InvalidParameters, or NotConnected when it may not wait. What is too much for one CALL becomes several commands, of
    which the first is returned; they are its `further_parts`.
    """
    policy = policy_of(kind)
    checked = parameters.check(kind, values)
    if kind is CommandKind.UPGRADE_SECURITY_PROFILE:
        _check_upgrade(station, checked["security_profile"])
    may_wait = policy.queue_offline if queue is None else queue and _may_ever_wait(kind)
    now = timezone.now()
    with transaction.atomic():
        process_id = _process_of(station)
        if process_id is None and not may_wait:
            raise NotConnected(Phrase("%(identity)s is not connected.", identity=station.identity))
        rows = written(
            Asked(
                kind=kind,
                requested_by=requested_by,
                requested_at=now,
                not_before=not_before,
                expires_at=max(now, not_before or now) + (expires_after or policy.expires_after),
                session=session,
                only_idle=only_idle,
            ),
            {station: checked},
        )
        if requested_by is not None:
            _write_down(rows[0], requested_by)
        # In a lane the commit comes later: an edge that looked before it would find nothing, and wait for its poll.
        transaction.on_commit(partial(_tell, process_id, station.pk), robust=True)
    return rows[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the commands to several stations have in common."""

    kind: CommandKind
    requested_by: User | None
    requested_at: datetime
    expires_at: datetime
    not_before: datetime | None = None
    session: Session | None = None
    bulk: BulkCommand | None = None
    only_idle: bool = False


def written(asked: Asked, wanted: Mapping[Station, dict[str, Any]]) -> list[Command]:
    """Write the commands, with what was so before; `wanted`: by station, its checked parameters. Those that stand for a
    station come first, in their order. Call it inside a transaction, and wake the edges after it."""
    parts = {station: portions_of(station, asked.kind, values) for station, values in wanted.items()}
    firsts = _rows(asked, [(station, some[0], None) for station, some in parts.items()])
    Command.objects.bulk_create(firsts)
    further = [(first.station, portion, first) for first in firsts for portion in parts[first.station][1:]]
    return [*firsts, *Command.objects.bulk_create(_rows(asked, further))]


def _rows(asked: Asked, portions: Sequence[tuple[Station, dict[str, Any], Command | None]]) -> list[Command]:
    known = earlier.before(asked.kind, [(station.pk, portion) for station, portion, _ in portions])
    rows = []
    for (station, portion, part_of), before in zip(portions, known, strict=True):
        shown = secrets.masked(portion)
        row = Command(
            station=station,
            kind=asked.kind,
            part_of=part_of,
            bulk=asked.bulk,
            action=portion.get("action", "") if asked.kind is CommandKind.CALL else "",
            payload=orjson.dumps(shown).decode(),
            sealed=None if shown is portion else seal(portion),
            before=orjson.dumps(before).decode() if before else "",
            priority=policy_of(asked.kind).priority,
            session=asked.session,
            only_idle=asked.only_idle,
            requested_by=asked.requested_by,
            requested_at=asked.requested_at,
            not_before=asked.not_before,
            expires_at=asked.expires_at,
        )
        rows.append(row)
    return rows


def _write_down(command: Command, person: User) -> None:
    """In the audit log it is the station that something was sent to."""
    sent = {"command": ["", command.action or command.kind], "parameters": ["", command.payload[:LONGEST_LOGGED]]}
    audit.write(command.station, AuditEntry.Action.COMMAND, by=person, changes=sent)


def _tell(process_id: str | None, station_id: int) -> None:
    if process_id is not None:
        live.wake_edge(process_id, station_id)
    live.nudge(live.station_group(station_id))


def _check_upgrade(station: Station, profile: int) -> None:
    if problem := upgrade_problem_of(station, profile):
        raise parameters.InvalidParameters({"security_profile": problem})


def upgrade_problem_of(station: Station, profile: int) -> Phrase | None:
    """Why the station cannot be told to use this security profile, for a person."""
    certificates = StationCertificate.objects.filter(station=station, purpose=Purpose.STATION, status__in=PRESENTABLE)
    return credentials.upgrade_problem(
        present=station.security_profile,
        wanted=profile,
        has_password=bool(station.password_hash or station.next_password_hash),
        has_certificate=certificates.filter(not_after__gt=timezone.now()).exists(),
    )


def _may_ever_wait(kind: CommandKind) -> bool:
    """What a driver stands waiting for is never queued for an offline charger, whoever asks."""
    return kind is CommandKind.CALL or policy_of(kind).queue_offline


def _process_of(station: Station) -> str | None:
    """The edge process that holds the charger's socket now; None while it is offline."""
    row = (
        Station.objects.filter(pk=station.pk, connection__closed_at=None, connection__process__isnull=False)
        .values_list("connection__process_id", flat=True)
        .first()
    )
    return row.hex if row else None


def seal(values: dict[str, Any]) -> bytes:
    """The values encrypted with the installation's FIELD_KEY."""
    return sealing.seal(orjson.dumps(values))


def unseal(sealed: bytes) -> dict[str, Any]:
    """What `seal` hid. Raises cryptography.fernet.InvalidToken when FIELD_KEY has changed since."""
    values: dict[str, Any] = orjson.loads(sealing.unseal(bytes(sealed)))
    return values


def withdraw(*, command: Command, withdrawn_by: User | None, now: datetime | None = None) -> bool:
    """Take back what was not sent yet, with its further parts; whether anything was left to take back."""
    parts = Command.objects.filter(Q(pk=command.pk) | Q(part_of=command), state=CommandState.QUEUED)
    closed = _close_all(
        parts, CommandState.WITHDRAWN, english("It was taken back before it was sent."), now or timezone.now()
    )
    if closed and withdrawn_by is not None:
        taken = {"withdrawn": ["", command.action or command.kind]}
        audit.write(command.station, AuditEntry.Action.COMMAND, by=withdrawn_by, changes=taken)
    return closed > 0


def sweep(*, now: datetime | None = None) -> int:
    """Close commands nobody will answer: expired in the queue, or accepted without effect. How many it closed."""
    now = now or timezone.now()
    expired = Command.objects.filter(state=CommandState.QUEUED, expires_at__lte=now)
    without_effect = Command.objects.filter(state=CommandState.ACCEPTED, effect_due_at__lte=now, session=None)
    closed = _close_all(expired, CommandState.EXPIRED, english("The charger did not connect in time."), now)
    closed += _close_all(
        without_effect, CommandState.NO_EFFECT, english("The charger accepted, but no session started in time."), now
    )
    return closed


def give_up(commands: Any, *, now: datetime) -> int:
    """Close queued commands of which nobody knows whether they were sent: none is sent twice. How many it closed."""
    return _close_all(
        commands, CommandState.UNKNOWN, english("A backup was restored: it may have been sent or not."), now
    )


def _close_all(commands: Any, state: CommandState, error: str, now: datetime) -> int:
    return sum(_close(command, state, error, now) for command in commands.select_related("station")[:500])


def _close(command: Command, state: CommandState, error: str, now: datetime) -> bool:
    with transaction.atomic():
        # Compare-and-set: a lane may have claimed or answered it since it was read.
        won = Command.objects.filter(pk=command.pk, state=command.state).update(
            state=state, error=error, finished_at=now, effect_due_at=None, sealed=None
        )
        if won:
            journal.record(
                "command.finished",
                subject_type="command",
                subject_id=command.pk,
                data={"station": command.station_id, "kind": command.kind, "state": state},
            )
    if won:
        live.nudge(live.station_group(command.station_id))
        live.tell_finished([command.pk])
    return bool(won)
