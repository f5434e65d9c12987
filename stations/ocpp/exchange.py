"""What a conversation asks of its lane: each function makes a job for one frame in or out.

A job records its frames, runs the handler, and returns the text to send after the commit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from drivers.domain.phrases import english
from stations import metrics
from stations.domain import secrets
from stations.domain.commands import CommandKind, CommandState
from stations.models import Command, Frame, Station
from stations.ocpp import rpc
from stations.ocpp.protocol import Protocol
from stations.ocpp.router import Context, NotExpressible, Outside, Payload, Request
from stations.services import commands, dispatch, triggering
from stations.services.flush import NewFrame
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


# Less than two that are not answered take.
_STATUS_QUESTIONS = timedelta(seconds=45)
_IN, _OUT = Frame.Direction.IN, Frame.Direction.OUT

# The result of a message that was answered without an error, as it is counted.
OK: Final = "ok"

NOTHING: Final = _Nothing()
SKIPPED: Final = _Skipped()


def take_call(source: Source, text: str, call: rpc.Call) -> Callable[[Work], str | Outside]:
    """Handle a CALL; the job returns its CALLRESULT or CALLERROR, or who is to be asked before there can be one."""

    def job(work: Work) -> str | Outside:
        station = work.stations[source.station_id]
        _record(work, source, _IN, text, (call.action, call.id))
        try:
            answer = _handle(source, work, station, text, call)
            if isinstance(answer, Outside):
                return answer
            reply = rpc.result(call.id, answer)
            _count(work, source, call.action, OK)
        except rpc.Refusal as refusal:
            _count(work, source, call.action, refusal.code)
            reply = rpc.error(call.id, source.protocol.error_name(refusal.code), refusal.description)
        _record(work, source, _OUT, reply, (call.action, call.id))
        return reply

    return job


def answer_from_outside(source: Source, call: rpc.Call, outside: Outside, told: Any) -> Callable[[Work], str]:
    """Answer a CALL with what was `told` outside; an exception there is an internal error to the charger."""

    def job(work: Work) -> str:
        context = Context(work, work.stations[source.station_id], source.connection_id, source.at)
        _count(work, source, call.action, rpc.Error.INTERNAL if isinstance(told, Exception) else OK)
        if isinstance(told, Exception):
            problem = "Somebody who had to be asked for this failed."
            reply = rpc.error(call.id, source.protocol.error_name(rpc.Error.INTERNAL), problem)
        else:
            reply = rpc.result(call.id, outside.then(context, told))
        _record(work, source, _OUT, reply, (call.action, call.id))
        return reply

    return job


def _handle(source: Source, work: Work, station: Station, text: str, call: rpc.Call) -> Payload | Outside:
    _check_registration(source, station, call)
    handler = source.protocol.route(call)
    rpc.check_texts(text, call.payload)
    return handler(Context(work, station, source.connection_id, source.at), call.payload)


def _check_registration(source: Source, station: Station, call: rpc.Call) -> None:
    """Before acceptance a charger registers and says what it is asked for (2.0.1 B02.FR.09, B03.FR.07); however
    malformed the rest is."""
    if station.registration == Station.Registration.ACCEPTED or call.action not in source.protocol.schemas.actions:
        return
    allowed = source.protocol.before_acceptance
    if call.action in allowed or triggering.is_asked_for(station=station, action=call.action, now=source.at):
        return
    raise rpc.Refusal(rpc.Error.SECURITY, f"The station's registration is {station.registration}.")


def take_send(source: Source, text: str, send: rpc.Send) -> Callable[[Work], None]:
    """Take a SEND. Nothing is answered: one that makes no sense is kept as a frame and that is all."""

    def job(work: Work) -> None:
        _record(work, source, _IN, text, (send.action, send.id))
        station = work.stations[source.station_id]
        try:
            receiver = source.protocol.receiver(send)
            rpc.check_texts(text, send.payload)
        except rpc.Refusal as refusal:
            _count(work, source, send.action, refusal.code)
            log.info("ocpp.send_refused", station=station.pk, action=send.action, error=refusal.description)
            return
        _count(work, source, send.action, OK)
        if receiver is not None and station.registration == Station.Registration.ACCEPTED:
            receiver(Context(work, station, source.connection_id, source.at), send.payload)

    return job


def refuse_malformed(source: Source, text: str, frame: rpc.Malformed) -> Callable[[Work], str | None]:
    """Keep what was no frame; the job returns the CALLERROR the version prescribes, or None where it knows none."""
    message_id: str | int | None = frame.id
    if message_id is None:
        message_id = rpc.NO_MESSAGE_ID if source.protocol.answers_unreadable else frame.wrong_id
    reply = None
    if message_id is not None and frame.answerable:
        reply = rpc.error(message_id, source.protocol.error_name(frame.code), frame.description)

    def job(work: Work) -> str | None:
        _count(work, source, frame.action, frame.code)
        _record(work, source, _IN, text, (frame.action, str(message_id or "")), is_frame=False)
        if reply is not None:
            _record(work, source, _OUT, reply, (frame.action, str(message_id or "")))
        return reply

    return job


def note_heartbeat(source: Source, text: str, call: rpc.Call, reply: str) -> Callable[[Work], None]:
    """Keep the frames of a Heartbeat that was answered already."""

    def job(work: Work) -> None:
        _count(work, source, call.action, OK)
        _record(work, source, _IN, text, (call.action, call.id))
        _record(work, source, _OUT, reply, (call.action, call.id))

    return job


def note_frame(source: Source, text: str, *, message_id: str = "") -> Callable[[Work], None]:
    """Keep a frame that nothing comes of."""

    def job(work: Work) -> None:
        _record(work, source, _IN, text, ("", message_id))

    return job


def claim_next(
    source: Source, message_id: str, since: datetime | None = None
) -> Callable[[Work], Outgoing | _Nothing | _Skipped]:
    """Claim the next command (`since`: of those asked for since); the job returns the CALL to send once that is
    committed."""

    def job(work: Work) -> Outgoing | _Nothing | _Skipped:
        station = work.stations[source.station_id]
        claimed = dispatch.claim(
            work=work, station=station, connection_id=source.connection_id, message_id=message_id, since=since
        )
        if claimed is None:
            return NOTHING
        try:
            # What the database refuses here would fail the whole batch, and with it each claim of this command.
            with transaction.atomic():
                request = Request(work, station, claimed.command, claimed.values())
                action, payload = source.protocol.encode(request)
                if sender := source.protocol.routes.senders.get(action):
                    sender(Context(work, station, source.connection_id, source.at), payload)
        except (OperationalError, InterfaceError):
            # Our own outage, or somebody's lock: the lane tries again.
            raise
        except Exception as error:
            # Whatever is wrong with it, it must not stay in front of the queue.
            log.info("ocpp.command_not_sent", command=claimed.command.pk, error=repr(error))
            problem = (
                str(error)
                if isinstance(error, NotExpressible)
                else english("The command cannot be sent: %(error)s.", error=repr(error))
            )
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
) -> Callable[[Work], str | None]:
    """Store what a charger answered to a command, and what its answer tells of the charger.

    The job returns the CALLRESULTERROR for an answer that makes no sense, where the version has one.
    """

    def job(work: Work) -> str | None:
        station = work.stations[source.station_id]
        _record(work, source, _IN, text, (sent.action, sent.message_id))
        outcome = _outcome(source, sent, text, frame)
        command = Command.objects.get(pk=sent.command_id)
        dispatch.finish(work=work, station=station, command=command, outcome=outcome)
        reader = source.protocol.routes.readers.get(sent.action)
        if isinstance(frame, rpc.CallError):
            return None
        if outcome.state is CommandState.FAILED:
            return _refuse_result(work, source, sent, outcome)
        if reader is not None:
            reader(Context(work, station, source.connection_id, source.at), sent.payload, frame.payload)
        return None

    return job


def _refuse_result(work: Work, source: Source, sent: Outgoing, outcome: dispatch.Outcome) -> str | None:
    if not source.protocol.refuses_results:
        return None
    reply = rpc.result_error(sent.message_id, outcome.error_code or rpc.Error.GENERIC, outcome.error)
    _record(work, source, _OUT, reply, (sent.action, sent.message_id))
    return reply


def _outcome(source: Source, sent: Outgoing, text: str, frame: rpc.CallResult | rpc.CallError) -> dispatch.Outcome:
    if isinstance(frame, rpc.CallError):
        error = frame.description.replace("\0", "") or english(
            "The charger answered with the error %(code)s.", code=frame.code
        )
        return dispatch.Outcome(CommandState.FAILED, error_code=frame.code.replace("\0", ""), error=error)
    try:
        rpc.check_texts(text, frame.payload)
    except rpc.Refusal as refusal:
        return dispatch.Outcome(
            CommandState.FAILED,
            error=english("The charger's answer is unusable: %(description)s", description=refusal.description),
        )
    return source.protocol.outcome(sent.action, frame.payload)


def give_up(source: Source, sent: Outgoing, outcome: dispatch.Outcome) -> Callable[[Work], None]:
    """End a sent command without a usable answer: none came in time, or none that can be read or stored."""

    def job(work: Work) -> None:
        command = Command.objects.get(pk=sent.command_id)
        dispatch.finish(work=work, station=work.stations[source.station_id], command=command, outcome=outcome)

    return job


def ask_for_status(source: Source) -> Callable[[Work], None]:
    """Ask a charger that came back without booting for the status of each of its connectors.

    One that was asked before and knows no triggers is left alone, as is one that is not accepted; and one that does not
    answer is not asked for long, since each question keeps all others waiting.
    """

    def job(work: Work) -> None:
        station = work.stations[source.station_id]
        if station.registration != Station.Registration.ACCEPTED or triggering.is_unknown(station=station):
            return
        for connector in work.connectors[station.pk]:
            values = {
                "message": "StatusNotification",
                "evse": connector.evse.number,
                "connector": connector.number,
            }
            commands.request(
                station=station,
                kind=CommandKind.TRIGGER,
                values=values,
                requested_by=None,
                expires_after=_STATUS_QUESTIONS,
            )

    return job


def _count(work: Work, source: Source, action: str, result: str) -> None:
    known = action in source.protocol.schemas.actions
    work.tally.messages[action if known else metrics.OTHER, result] += 1


def _record(
    work: Work, source: Source, direction: str, text: str, about: tuple[str, str] = ("", ""), *, is_frame: bool = True
) -> None:
    """Keep a frame; `about`: its action and message id, where they are known."""
    action, message_id = about
    work.frames.append(
        NewFrame(
            station_id=source.station_id,
            connection_id=source.connection_id,
            at=source.at if direction == _IN else work.now,
            direction=direction,
            action=action[:50].replace("\0", ""),
            message_id=message_id[:36].replace("\0", ""),
            type=rpc.type_of(text) if is_frame else None,
            body=shown(text[: settings.OCPP_MAX_FRAME_BYTES], action).encode("utf-8", "surrogatepass"),
        )
    )


# What a station tells of a customer stands in one place, for a short time and for few to read (OCPP 2.x N09).
_PERSONAL = {"NotifyCustomerInformation": "data"}


def shown(text: str, action: str = "") -> str:
    """A frame with its secrets masked; one that names a secret and cannot be read is not kept."""
    personal = _PERSONAL.get(action)
    if personal is None and not secrets.may_hold_secret(text):
        return text
    try:
        frame = secrets.masked(orjson.loads(text))
    except (orjson.JSONDecodeError, RecursionError):
        return secrets.MASK
    for part in frame if personal is not None else ():
        if isinstance(part, dict) and personal in part:
            part[personal] = secrets.MASK
    return orjson.dumps(frame).decode()


def failure_reply(source: Source, call: rpc.Call) -> str:
    """What a CALL is answered with that could not be stored, though everything else can."""
    return rpc.error(call.id, source.protocol.error_name(rpc.Error.INTERNAL), "The message could not be stored.")
