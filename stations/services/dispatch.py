"""Commands on their way: claimed for a socket, answered, or given up. Runs in the charger's lane."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from django.conf import settings
from django.db.models import Q

from stations.domain import secrets
from stations.domain.commands import CommandKind, CommandState
from stations.models import Command, Station
from stations.services.commands import unseal
from stations.services.work import Work


@dataclass(frozen=True, slots=True)
class Claimed:
    """A command that is SENT from now on."""

    command: Command
    sealed: bytes | None

    def values(self) -> dict[str, Any]:
        """What it asks for, in clear. Raises InvalidToken when FIELD_KEY has changed since it was sealed."""
        values: dict[str, Any] = unseal(self.sealed) if self.sealed else orjson.loads(self.command.payload)
        return values


def claim(*, work: Work, station: Station, connection_id: int, message_id: str) -> Claimed | None:
    """The next command for this socket: QUEUED→SENT by compare-and-set; None when there is nothing to send.

    What a driver waits for goes before maintenance. Only the current connection may claim.
    """
    if station.connection_id != connection_id:
        return None
    due = Command.objects.filter(Q(not_before=None) | Q(not_before__lte=work.now), state=CommandState.QUEUED)
    command = due.filter(station=station, expires_at__gt=work.now).order_by("-priority", "id").first()
    if command is None:
        return None
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
    command.refresh_from_db(fields=["state", "session"])
    if command.state not in (CommandState.QUEUED, CommandState.SENT):
        return
    command.state = outcome.state
    command.finished_at = work.now
    command.result = orjson.dumps(secrets.masked(outcome.result)).decode() if outcome.result is not None else ""
    command.error_code = outcome.error_code[:50]
    command.error = outcome.error
    if _awaits_effect(command):
        command.effect_due_at = work.now + timedelta(seconds=settings.OCPP_CONNECTION_TIMEOUT_SECONDS)
    command.save(update_fields=["state", "finished_at", "result", "error_code", "error", "effect_due_at", "action"])
    data = {"station": station.pk, "kind": command.kind, "state": command.state}
    work.record("command.finished", subject=command, data=data)
    work.nudge_station(station)


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
