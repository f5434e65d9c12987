"""What a conversation asks of its lane: each function makes a job for one frame in or out.

A job records its frames, runs the handler, and returns the text to send after the commit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
import structlog
from django.conf import settings

from stations.domain import secrets
from stations.domain.commands import CommandKind, CommandState
from stations.models import Command, Frame, Station
from stations.ocpp import rpc
from stations.ocpp.protocol import NotExpressible, Protocol, Request
from stations.ocpp.router import Context, Payload
from stations.services import commands, dispatch
from stations.services.work import Work

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a frame came from, and when."""

    protocol: Protocol
    station_id: int
    connection_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A CALL that is claimed and committed, ready to be sent."""

    message_id: str
    text: str
    command_id: int
    action: str
    payload: Payload


class _Nothing:
    """No command waits."""


class _Skipped:
    """A command was closed without sending; another may wait."""


_IN, _OUT = Frame.Direction.IN, Frame.Direction.OUT

NOTHING: Final = _Nothing()
SKIPPED: Final = _Skipped()


def take_call(source: Source, text: str, call: rpc.Call) -> Callable[[Work], str]:
    """Handle a CALL; the job returns its CALLRESULT or CALLERROR."""

    def job(work: Work) -> str:
        station = work.stations[source.station_id]
        try:
            reply = rpc.result(call.id, _handle(source, work, station, text, call))
        except rpc.Refusal as refusal:
            reply = rpc.error(call.id, source.protocol.error_name(refusal.code), refusal.description)
        _record(work, source, _IN, text, (call.action, call.id))
        _record(work, source, _OUT, reply, (call.action, call.id))
        return reply

    return job


def _handle(source: Source, work: Work, station: Station, text: str, call: rpc.Call) -> Payload:
    handler = source.protocol.route(call)
    rpc.check_texts(text, call.payload)
    allowed = source.protocol.before_acceptance
    if station.registration != Station.Registration.ACCEPTED and allowed is not None and call.action not in allowed:
        raise rpc.Refusal(rpc.Error.SECURITY, f"The station's registration is {station.registration}.")
    return handler(Context(work, station, source.connection_id, source.at), call.payload)


def refuse_malformed(source: Source, text: str, frame: rpc.Malformed) -> Callable[[Work], str | None]:
    """Keep what was no frame; the job returns the CALLERROR the version prescribes, or None where it knows none."""
    message_id: str | int | None = frame.id
    if message_id is None:
        message_id = rpc.NO_MESSAGE_ID if source.protocol.answers_unreadable else frame.wrong_id
    reply = None
    if message_id is not None and frame.answerable:
        reply = rpc.error(message_id, source.protocol.error_name(frame.code), frame.description)

    def job(work: Work) -> str | None:
        _record(work, source, _IN, text, (frame.action, str(message_id or "")))
        if reply is not None:
            _record(work, source, _OUT, reply, (frame.action, str(message_id or "")))
        return reply

    return job


def note_heartbeat(source: Source, text: str, call: rpc.Call, reply: str) -> Callable[[Work], None]:
    """Keep the frames of a Heartbeat that was answered already."""

    def job(work: Work) -> None:
        _record(work, source, _IN, text, (call.action, call.id))
        _record(work, source, _OUT, reply, (call.action, call.id))

    return job


def note_frame(source: Source, text: str) -> Callable[[Work], None]:
    """Keep a frame that nothing comes of."""

    def job(work: Work) -> None:
        _record(work, source, _IN, text)

    return job


def claim_next(source: Source, message_id: str) -> Callable[[Work], Outgoing | _Nothing | _Skipped]:
    """Claim the next command; the job returns the CALL to send once that is committed."""

    def job(work: Work) -> Outgoing | _Nothing | _Skipped:
        station = work.stations[source.station_id]
        claimed = dispatch.claim(work=work, station=station, connection_id=source.connection_id, message_id=message_id)
        if claimed is None:
            return NOTHING
        try:
            request = Request(work, station, claimed.command, claimed.values())
            action, payload = source.protocol.encode(request)
        except Exception as error:
            # Whatever is wrong with it, it must not stay in front of the queue.
            log.info("ocpp.command_not_sent", command=claimed.command.pk, error=repr(error))
            problem = str(error) if isinstance(error, NotExpressible) else f"The command cannot be sent: {error!r}."
            outcome = dispatch.Outcome(CommandState.FAILED, error=problem)
            dispatch.finish(work=work, station=station, command=claimed.command, outcome=outcome)
            return SKIPPED
        Command.objects.filter(pk=claimed.command.pk).update(action=action[:50])
        text = rpc.call(message_id, action, payload)
        _record(work, source, _OUT, text, (action, message_id))
        return Outgoing(message_id, text, claimed.command.pk, action, payload)

    return job


def take_answer(
    source: Source, text: str, sent: Outgoing, frame: rpc.CallResult | rpc.CallError
) -> Callable[[Work], None]:
    """Store what a charger answered to a command, and what its answer tells of the charger."""

    def job(work: Work) -> None:
        station = work.stations[source.station_id]
        _record(work, source, _IN, text, (sent.action, sent.message_id))
        outcome = _outcome(source, sent, text, frame)
        command = Command.objects.get(pk=sent.command_id)
        dispatch.finish(work=work, station=station, command=command, outcome=outcome)
        reader = source.protocol.readers.get(sent.action)
        if reader is not None and isinstance(frame, rpc.CallResult) and outcome.state is not CommandState.FAILED:
            reader(Context(work, station, source.connection_id, source.at), sent.payload, frame.payload)

    return job


def _outcome(source: Source, sent: Outgoing, text: str, frame: rpc.CallResult | rpc.CallError) -> dispatch.Outcome:
    if isinstance(frame, rpc.CallError):
        error = frame.description.replace("\0", "") or f"The charger answered with the error {frame.code}."
        return dispatch.Outcome(CommandState.FAILED, error_code=frame.code.replace("\0", ""), error=error)
    try:
        rpc.check_texts(text, frame.payload)
    except rpc.Refusal as refusal:
        return dispatch.Outcome(CommandState.FAILED, error=f"The charger's answer is unusable: {refusal.description}")
    return source.protocol.outcome(sent.action, frame.payload)


def give_up(source: Source, sent: Outgoing, outcome: dispatch.Outcome) -> Callable[[Work], None]:
    """End a sent command without a usable answer: none came in time, or none that can be read or stored."""

    def job(work: Work) -> None:
        command = Command.objects.get(pk=sent.command_id)
        dispatch.finish(work=work, station=work.stations[source.station_id], command=command, outcome=outcome)

    return job


def ask_for_status(source: Source) -> Callable[[Work], None]:
    """Ask a charger that came back without booting for the status of each of its connectors."""

    def job(work: Work) -> None:
        station = work.stations[source.station_id]
        for connector in work.connectors[station.pk]:
            values = {
                "message": "StatusNotification",
                "evse": connector.evse.number,
                "connector": connector.number,
            }
            commands.request(station=station, kind=CommandKind.TRIGGER, values=values, requested_by=None)

    return job


def _record(work: Work, source: Source, direction: str, text: str, about: tuple[str, str] = ("", "")) -> None:
    """Keep a frame; `about`: its action and message id, where they are known."""
    action, message_id = about
    work.frames.append(
        Frame(
            station_id=source.station_id,
            connection_id=source.connection_id,
            at=source.at if direction == _IN else work.now,
            direction=direction,
            action=action[:50].replace("\0", ""),
            message_id=message_id[:36].replace("\0", ""),
            body=shown(text[: settings.OCPP_MAX_FRAME_BYTES]).encode("utf-8", "surrogatepass"),
        )
    )


def shown(text: str) -> str:
    """A frame with its secrets masked; one that names a secret and cannot be read is not kept."""
    if not secrets.may_hold_secret(text):
        return text
    try:
        return orjson.dumps(secrets.masked(orjson.loads(text))).decode()
    except (orjson.JSONDecodeError, RecursionError):
        return secrets.MASK


def failure_reply(source: Source, call: rpc.Call) -> str:
    """What a CALL is answered with that could not be stored, though everything else can."""
    return rpc.error(call.id, source.protocol.error_name(rpc.Error.INTERNAL), "The message could not be stored.")
