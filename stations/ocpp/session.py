"""One charger's conversation over one socket. Plain asyncio; socket, lane and protocol are given.

Replies leave in the order of the CALLs, each after the commit of what it acknowledges; only a Heartbeat's may overtake.
At most one CALL towards the charger is open. Commands leave from a task of their own: awaiting an answer where messages
are received would wait for itself.
"""

import asyncio
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from typing import Protocol as Interface

import structlog
from django.conf import settings
from django.utils import timezone

from stations.domain.commands import CommandState
from stations.domain.times import render
from stations.ocpp import exchange, rpc
from stations.ocpp.lanes import JobFailed, Lane, Outage
from stations.ocpp.protocol import Protocol
from stations.services.dispatch import Outcome

log = structlog.get_logger(__name__)

# More unanswered CALLs than any healthy charger has in flight; a queue of days comes one by one.
MAX_INBOX = 256
# A charger that boots tells its statuses within a moment; one that does not is asked.
STATUS_ACTIONS = frozenset({"BootNotification", "StatusNotification"})
STATUS_GRACE_S = 10.0
# How many answers are kept for a charger that repeats a message on the same socket.
REMEMBERED = 16

CLOSE_GOING_AWAY = 1001
CLOSE_INTERNAL_ERROR = 1011
CLOSE_SERVICE_RESTART = 1012
CLOSE_TRY_AGAIN_LATER = 1013


class Socket(Interface):
    """What a conversation needs of its websocket."""

    async def send_text(self, text: str) -> None: ...

    async def close(self, code: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Pending:
    """A reply that waits for its commit."""

    text: "asyncio.Future[str | None]"
    if_failed: str | None
    received: str
    received_at: datetime


@dataclass
class OpenCall:
    """The CALL that waits for the charger's answer."""

    message_id: str
    sent: exchange.Outgoing
    answered: "asyncio.Future[None]"


class Session:
    """From an accepted handshake to the close of its socket."""

    def __init__(self, *, socket: Socket, lane: Lane, protocol: Protocol, station_id: int, connection_id: int) -> None:
        self.station_id = station_id
        self.connection_id = connection_id
        self.protocol = protocol
        self.last_seen = timezone.now()
        self.lane = lane
        self._socket = socket
        self._replies: asyncio.Queue[Pending] = asyncio.Queue()
        self._remembered: OrderedDict[str, Pending] = OrderedDict()
        self._wake = asyncio.Event()
        self._open_call: OpenCall | None = None
        self._closing = False
        self._in_flight = 0
        self._has_told_status = False
        work = (self._write_replies(), self._send_commands(), self._ask_for_status())
        self._tasks: list[asyncio.Future[None]] = [asyncio.create_task(coroutine) for coroutine in work]
        # A command may have been waiting for the charger to connect.
        self._wake.set()

    # --- From the charger ---

    async def receive(self, text: str) -> None:
        """Take in one frame; its reply leaves later."""
        self.last_seen = received_at = timezone.now()
        frame = self._parse(text)
        if isinstance(frame, rpc.Call):
            await self._take_call(frame, text, received_at)
        elif isinstance(frame, rpc.Malformed):
            self._take_malformed(frame, text, received_at)
        else:
            self._take_answer(frame, text, received_at)
        if max(self._in_flight, self._replies.qsize()) > MAX_INBOX:
            log.warning("ocpp.inbox_full", station=self.station_id)
            await self.close(CLOSE_TRY_AGAIN_LATER)

    def _parse(self, text: str) -> rpc.Frame:
        limit = settings.OCPP_MAX_FRAME_BYTES
        # A character has at most four bytes: most frames need no encoding to be known as small.
        if len(text) * 4 > limit and len(text.encode("utf-8", "surrogatepass")) > limit:
            return rpc.too_large(text, limit)
        return rpc.parse(text)

    async def _take_call(self, call: rpc.Call, text: str, received_at: datetime) -> None:
        if call.action == "Heartbeat" and not call.payload:
            # Answered at once: it changes nothing but last_seen, and proves to the charger that we are here.
            reply = rpc.result(call.id, {"currentTime": render(received_at)})
            self._in_lane(exchange.note_heartbeat(self._source(received_at), text, call, reply))
            await self._send(reply)
            return
        known = self._remembered.get(call.id)
        if known is not None and known.received == text:
            self._replies.put_nowait(known)
            return
        self._has_told_status |= call.action in STATUS_ACTIONS
        source = self._source(received_at)
        reply_text = self._in_lane(exchange.take_call(source, text, call))
        pending = Pending(reply_text, exchange.failure_reply(source, call), text, received_at)
        self._remembered[call.id] = pending
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)
        self._replies.put_nowait(pending)

    def _take_malformed(self, frame: rpc.Malformed, text: str, received_at: datetime) -> None:
        refusal = self._in_lane(exchange.refuse_malformed(self._source(received_at), text, frame))
        self._replies.put_nowait(Pending(refusal, None, text, received_at))
        open_call = self._call_answered_by(frame.id)
        if open_call is not None:
            # An answer that is none: nothing better will come.
            self._give_up(open_call, CommandState.FAILED, f"The charger's answer is no frame: {frame.description}")
            open_call.answered.set_result(None)

    def _take_answer(self, frame: rpc.CallResult | rpc.CallError, text: str, received_at: datetime) -> None:
        open_call = self._call_answered_by(frame.id)
        if open_call is None:
            log.info("ocpp.unasked_answer", station=self.station_id, message_id=frame.id)
            self._in_lane(exchange.note_frame(self._source(received_at), text))
            return
        stored = self._in_lane(exchange.take_answer(self._source(received_at), text, open_call.sent, frame))
        stored.add_done_callback(partial(self._on_answer_stored, open_call))
        open_call.answered.set_result(None)

    def _call_answered_by(self, message_id: str | None) -> OpenCall | None:
        open_call = self._open_call
        if open_call is None or open_call.message_id != message_id or open_call.answered.done():
            return None
        return open_call

    def _on_answer_stored(self, open_call: OpenCall, stored: "asyncio.Future[Any]") -> None:
        if not stored.cancelled() and isinstance(stored.exception(), JobFailed):
            self._give_up(open_call, CommandState.FAILED, "The charger's answer could not be stored.")

    def _give_up(self, open_call: OpenCall, state: CommandState, error: str) -> None:
        outcome = Outcome(state, error=error)
        self._in_lane(exchange.give_up(self._source(timezone.now()), open_call.sent, outcome))

    def _source(self, received_at: datetime) -> exchange.Source:
        return exchange.Source(self.protocol, self.station_id, self.connection_id, received_at)

    def _in_lane(self, job: Callable[[Any], Any]) -> "asyncio.Future[Any]":
        self._in_flight += 1
        future = self.lane.submit(self.station_id, job)
        future.add_done_callback(self._on_committed)
        return future

    def _on_committed(self, future: "asyncio.Future[Any]") -> None:
        """An outage: close without an answer, so that the charger keeps its messages and sends them again."""
        self._in_flight -= 1
        if not future.cancelled() and isinstance(future.exception(), Outage):
            self._tasks.append(asyncio.ensure_future(self.close(CLOSE_TRY_AGAIN_LATER)))

    async def _write_replies(self) -> None:
        while True:
            pending = await self._replies.get()
            try:
                text = await pending.text
            except Outage:
                continue
            except JobFailed:
                text = pending.if_failed
                # Sent again it is tried again: what was wrong may have been ours.
                self._forget(pending)
                # Its own transaction is gone, so the frame is kept by another: a person has to see what it was.
                self._in_lane(exchange.note_frame(self._source(pending.received_at), pending.received))
            if text is not None:
                await self._send(text)

    def _forget(self, pending: Pending) -> None:
        for message_id in [key for key, value in self._remembered.items() if value is pending]:
            del self._remembered[message_id]

    async def _send(self, text: str) -> None:
        if self._closing:
            return
        try:
            await self._socket.send_text(text)
        except Exception as error:
            # The socket is gone; its close arrives by itself, and the charger sends again what it got no answer to.
            log.info("ocpp.send_failed", station=self.station_id, error=repr(error))

    # --- To the charger ---

    def wake(self) -> None:
        """There may be a command to send."""
        self._wake.set()

    async def _send_commands(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._drain()
            except (JobFailed, Outage) as error:
                log.warning("ocpp.claim_failed", station=self.station_id, error=repr(error))

    async def _ask_for_status(self) -> None:
        """A charger that comes back without booting does not tell what has changed meanwhile."""
        await asyncio.sleep(STATUS_GRACE_S)
        if not self._has_told_status:
            asked = self._in_lane(exchange.ask_for_status(self._source(timezone.now())))
            asked.add_done_callback(lambda future: self.wake())

    async def _drain(self) -> None:
        """Send what is queued, one after the other."""
        while not self._closing:
            message_id = str(uuid.uuid4())
            source = self._source(timezone.now())
            outgoing = await self.lane.submit(self.station_id, exchange.claim_next(source, message_id))
            if outgoing is exchange.NOTHING:
                return
            if isinstance(outgoing, exchange.Outgoing):
                await self._exchange(outgoing)

    async def _exchange(self, outgoing: exchange.Outgoing) -> None:
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        open_call = self._open_call = OpenCall(outgoing.message_id, outgoing, answered)
        await self._send(outgoing.text)
        try:
            async with asyncio.timeout(settings.OCPP_CALL_TIMEOUT_SECONDS):
                await answered
        except TimeoutError:
            self._give_up(open_call, CommandState.TIMEOUT, "The charger did not answer in time.")
        finally:
            self._open_call = None

    # --- The end ---

    async def close(self, code: int) -> None:
        """Close the socket from our side; `closed` follows when it is."""
        if not self._closing:
            self._closing = True
            try:
                await self._socket.close(code)
            except Exception as error:
                # Gone already.
                log.info("ocpp.close_failed", station=self.station_id, error=repr(error))

    def closed(self) -> None:
        """The socket is gone: stop the tasks. What is in the lane is committed all the same."""
        self._closing = True
        for task in self._tasks:
            task.cancel()
