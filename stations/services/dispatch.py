"""Commands on their way: claimed for a socket, answered, or given up. Runs in the charger's lane."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.conf import settings
from django.db.models import Q

from drivers.domain.phrases import english
from stations.domain import secrets
from stations.domain.commands import CommandKind, CommandState
from stations.domain.status import ConnectorStatus
from stations.models import Command, Station
from stations.services import charging_profiles, firmware_updates, logs
from stations.services.commands import unseal
from stations.services.work import Work

_NOT_IDLE = english("The station was not idle any more.")
_REGISTERS_AGAIN = Q(kind=CommandKind.TRIGGER, payload__contains='"BootNotification"')


@dataclass(frozen=True, slots=True)
class Claimed:
    """A command that is SENT from now on."""

    command: Command
    sealed: bytes | None

    def values(self) -> dict[str, Any]:
        """What it asks for, in clear. Raises InvalidToken when FIELD_KEY has changed since it was sealed."""
        values: dict[str, Any] = unseal(self.sealed) if self.sealed else orjson.loads(self.command.payload)
        return values


def claim(
    *, work: Work, station: Station, connection_id: int, message_id: str, since: datetime | None = None
) -> Claimed | None:
    """The next command for this socket: QUEUED→SENT by compare-and-set; None when there is nothing to send.

    `since`: what was asked for before waits. What a charger missed is not for the moment in which it boots.

    What a driver waits for goes before maintenance. Only the current connection may claim. A rejected station is asked
    for nothing but to register again (OCPP 2.0.1 B03.FR.03), unless somebody words the CALL himself.
    """
    if station.connection_id != connection_id or station.pk not in work.with_commands:
        return None
    due = Command.objects.filter(Q(not_before=None) | Q(not_before__lte=work.now), state=CommandState.QUEUED)
    if since is not None:
        due = due.filter(requested_at__gte=since)
    if station.registration == Station.Registration.REJECTED:
        due = due.filter(_REGISTERS_AGAIN | Q(kind=CommandKind.CALL))
    command = due.filter(station=station, expires_at__gt=work.now).order_by("-priority", "id").first()
    if command is None:
        return None
    if command.only_idle and (work.open_sessions[station.pk] or station.pk in work.keep_places):
        # The charger's own lane: no session of its can begin in between.
        finish(work=work, station=station, command=command, outcome=Outcome(CommandState.WITHDRAWN, error=_NOT_IDLE))
        return claim(work=work, station=station, connection_id=connection_id, message_id=message_id, since=since)
    sealed = bytes(command.sealed) if command.sealed else None
    sent = Command.objects.filter(pk=command.pk, state=CommandState.QUEUED).update(
        state=CommandState.SENT,
        sent_at=work.now,
        connection_id=connection_id,
        message_id=message_id,
        sealed=None,
    )
    if not sent:
        return None
    command.refresh_from_db()
    due_at = max(command.requested_at, command.not_before or command.requested_at)
    work.tally.commands.append((command.kind, "sending", max(0.0, (work.now - due_at).total_seconds())))
    work.nudge_station(station)
    return Claimed(command, sealed)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a sent command. `result`: the charger's answer."""

    state: CommandState
    result: dict[str, Any] | None = None
    error_code: str = ""
    error: str = ""


def finish(*, work: Work, station: Station, command: Command, outcome: Outcome) -> None:
    """Store an outcome; a command that has one already keeps it."""
    # Its session may have started in this very batch.
    command.refresh_from_db(fields=["state", "session", "sent_at"])
    if command.state not in (CommandState.QUEUED, CommandState.SENT):
        return
    if command.sent_at is not None:
        work.tally.commands.append((command.kind, "answering", (work.now - command.sent_at).total_seconds()))
    command.state = outcome.state
    command.finished_at = work.now
    command.result = orjson.dumps(secrets.masked(outcome.result)).decode() if outcome.result is not None else ""
    command.error_code = outcome.error_code[:50]
    command.error = outcome.error
    if command.kind == CommandKind.REMOTE_START and command.state == CommandState.REJECTED:
        command.error += _what_stood_against_it(work, station, command)
    if _awaits_effect(command):
        command.effect_due_at = work.now + timedelta(seconds=settings.OCPP_CONNECTION_TIMEOUT_SECONDS)
    command.save(update_fields=["state", "finished_at", "result", "error_code", "error", "effect_due_at", "action"])
    data = {"station": station.pk, "kind": command.kind, "state": command.state}
    work.record("command.finished", subject=command, data=data)
    if command.state == CommandState.FAILED:
        logs.command_failed(command=command, now=work.now)
        firmware_updates.command_failed(command=command, now=work.now)
        charging_profiles.command_failed(command=command, now=work.now)
    work.nudge_station(station)


# With these a connector is ready for a session.
_READY = frozenset({ConnectorStatus.AVAILABLE, ConnectorStatus.PREPARING, ConnectorStatus.OCCUPIED})


def _what_stood_against_it(work: Work, station: Station, command: Command) -> str:
    """What the connectors had said that were meant, where that explains a refusal: a charger itself gives no reason."""
    wanted = orjson.loads(command.payload).get("evse")
    meant = [c for c in work.connectors[station.pk] if wanted in (None, c.evse.number)]
    against = [c for c in meant if c.status not in _READY]
    if not against or len(against) < len(meant):
        return ""
    told = (
        english(
            "EVSE %(number)s had said %(status)s",
            number=c.evse.number,
            status=" ".join(filter(None, (c.status, c.error_code))),
        )
        for c in against[:5]
    )
    return " " + "; ".join(told) + "."


def _awaits_effect(command: Command) -> bool:
    """An accepted remote start is only worth something once its session is there."""
    return (
        command.kind == CommandKind.REMOTE_START
        and command.state == CommandState.ACCEPTED
        and command.session_id is None
    )


def waiting_stations(*, process_id: Any, now: Any) -> list[int]:
    """Stations of this edge process with a command to send: the poll that finds what no nudge told."""
    due = Command.objects.filter(Q(not_before=None) | Q(not_before__lte=now), state=CommandState.QUEUED)
    mine = due.filter(expires_at__gt=now, station__connection__process=process_id)
    return list(mine.values_list("station_id", flat=True).distinct())
