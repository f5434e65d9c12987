"""What a conversation asks of its lane: each function makes a job for one frame in or out.

A job records its frames, runs the handler, and returns the text to send after the commit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
import structlog

from stations.domain import secrets
from stations.domain.commands import CommandState
from stations.models import Command, Frame, Station
from stations.ocpp import rpc
from stations.ocpp.protocol import NotExpressible, Protocol, Request
from stations.ocpp.router import Context, Payload
from stations.services import dispatch
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
    message_id = frame.id
    if message_id is None and source.protocol.answers_unreadable:
        message_id = rpc.NO_MESSAGE_ID
    reply = None
    if message_id is not None and frame.answerable:
        reply = rpc.error(message_id, source.protocol.error_name(frame.code), frame.description)

    def job(work: Work) -> str | None:
        _record(work, source, _IN, text, (frame.action, message_id or ""))
        if reply is not None:
            _record(work, source, _OUT, reply, (frame.action, message_id or ""))
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
            action, payload = source.protocol.encode(Request(work, station, claimed.command, claimed.values))
        except (NotExpressible, KeyError, TypeError) as error:
            problem = str(error) if isinstance(error, NotExpressible) else f"A value is missing: {error}."
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
        outcome = _outcome(source, sent, frame)
        command = Command.objects.get(pk=sent.command_id)
        dispatch.finish(work=work, station=station, command=command, outcome=outcome)
        reader = source.protocol.readers.get(sent.action)
        if reader is not None and isinstance(frame, rpc.CallResult) and outcome.state is not CommandState.FAILED:
            reader(Context(work, station, source.connection_id, source.at), sent.payload, frame.payload)

    return job


def _outcome(source: Source, sent: Outgoing, frame: rpc.CallResult | rpc.CallError) -> dispatch.Outcome:
    if isinstance(frame, rpc.CallError):
        error = frame.description or f"The charger answered with the error {frame.code}."
        return dispatch.Outcome(CommandState.FAILED, error_code=frame.code, error=error)
    return source.protocol.outcome(sent.action, frame.payload)


def time_out(source: Source, sent: Outgoing) -> Callable[[Work], None]:
    """Give up waiting for the answer to a command."""

    def job(work: Work) -> None:
        command = Command.objects.get(pk=sent.command_id)
        outcome = dispatch.Outcome(CommandState.TIMEOUT, error="The charger did not answer in time.")
        dispatch.finish(work=work, station=work.stations[source.station_id], command=command, outcome=outcome)

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
            body=shown(text).encode("utf-8", "surrogateescape"),
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
