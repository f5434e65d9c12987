"""Requesting commands, and what becomes of them when no charger answers."""

import base64
import hashlib
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

import orjson
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from drivers.models import User
from stations import journal, live
from stations.domain import credentials, parameters, secrets
from stations.domain.certificates import PRESENTABLE, Purpose
from stations.domain.commands import CommandKind, CommandState, policy_of
from stations.models import Command, Session, Station, StationCertificate
from stations.services.portions import portions_of


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
) -> Command:
    """Write a QUEUED command and nudge the edge process that holds the charger.

    `queue`: whether it may wait for a charger that is offline; left out, as the kind's policy has it. Raises
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
            raise NotConnected(f"{station.identity} is not connected.")
        first: Command | None = None
        for portion in portions_of(station, kind, checked):
            shown = secrets.masked(portion)
            written = Command.objects.create(
                station=station,
                kind=kind,
                part_of=first,
                action=portion.get("action", "") if kind is CommandKind.CALL else "",
                payload=orjson.dumps(shown).decode(),
                sealed=None if shown is portion else seal(portion),
                priority=policy.priority,
                session=session,
                requested_by=requested_by,
                requested_at=now,
                not_before=not_before,
                expires_at=max(now, not_before or now) + (expires_after or policy.expires_after),
            )
            first = first or written
        # In a lane the commit comes later: an edge that looked before it would find nothing, and wait for its poll.
        transaction.on_commit(partial(_tell, process_id, station.pk), robust=True)
    return cast(Command, first)


def _tell(process_id: str | None, station_id: int) -> None:
    if process_id is not None:
        live.wake_edge(process_id, station_id)
    live.nudge(live.station_group(station_id))


def _check_upgrade(station: Station, profile: int) -> None:
    if problem := upgrade_problem_of(station, profile):
        raise parameters.InvalidParameters({"security_profile": problem})


def upgrade_problem_of(station: Station, profile: int) -> str | None:
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
    return _fernet().encrypt(orjson.dumps(values))


def unseal(sealed: bytes) -> dict[str, Any]:
    """What `seal` hid. Raises cryptography.fernet.InvalidToken when FIELD_KEY has changed since."""
    values: dict[str, Any] = orjson.loads(_fernet().decrypt(bytes(sealed)))
    return values


def _fernet() -> Fernet:
    digest = hashlib.sha256(settings.FIELD_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def sweep(*, now: datetime | None = None) -> int:
    """Close commands nobody will answer: expired in the queue, or accepted without effect. How many it closed."""
    now = now or timezone.now()
    expired = Command.objects.filter(state=CommandState.QUEUED, expires_at__lte=now)
    without_effect = Command.objects.filter(state=CommandState.ACCEPTED, effect_due_at__lte=now, session=None)
    closed = _close_all(expired, CommandState.EXPIRED, "The charger did not connect in time.", now)
    closed += _close_all(
        without_effect, CommandState.NO_EFFECT, "The charger accepted, but no session started in time.", now
    )
    return closed


def give_up(commands: Any, *, now: datetime) -> int:
    """Close queued commands of which nobody knows whether they were sent: none is sent twice. How many it closed."""
    return _close_all(commands, CommandState.UNKNOWN, "A backup was restored: it may have been sent or not.", now)


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
