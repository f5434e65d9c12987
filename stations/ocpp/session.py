"""One charger's conversation over one socket. Plain asyncio; socket, lane and protocol are given.

Replies leave in the order of the CALLs, each after the commit of what it acknowledges; only a Heartbeat's may overtake.
At most one CALL towards the charger is open. Commands leave from a task of their own: awaiting an answer where messages
are received would wait for itself.
"""

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from typing import Protocol as Interface

import structlog
from django.conf import settings
from django.utils import timezone

from drivers.domain.phrases import english
from stations.domain.commands import CommandState
from stations.domain.times import render
from stations.links import Link
from stations.ocpp import exchange, rpc
from stations.ocpp.lanes import MAX_HELD, JobFailed, Lane, Outage
from stations.ocpp.protocol import Protocol
from stations.ocpp.replies import Pending, Replies
from stations.services.dispatch import Outcome

log = structlog.get_logger(__name__)

# More unanswered CALLs than any healthy charger has in flight; a queue of days comes one by one.
MAX_INBOX = 256
# Characters of its frames that wait for the lane: who has fewer is not what fills it.
OWN_SHARE = 64 * 1024
# Heartbeats are answered while the lane hangs; so many at most leave their frames behind.
KEPT_HEARTBEATS = 16
# A charger that boots tells its statuses within a moment; one that does not is asked.
STATUS_ACTIONS = frozenset({"BootNotification", "StatusNotification"})
STATUS_GRACE_S = 10.0
# One that boots registers within a moment; until then it takes no CALL (OCPP 1.6 section 4.2, 2.0.1 B01).
BOOT_GRACE_S = 2.0
# Characters of a frame that is none.
KEPT_OF_MALFORMED = 4096
# Before our own close: how long the charger may take to answer an open CALL, and the lane to store what was received.
LAST_ANSWER_S = 5.0
LAST_COMMIT_S = 5.0
LEAVE_S = LAST_ANSWER_S + LAST_COMMIT_S

CLOSE_GOING_AWAY = 1001
CLOSE_INTERNAL_ERROR = 1011
CLOSE_SERVICE_RESTART = 1012
CLOSE_TRY_AGAIN_LATER = 1013


class Socket(Interface):
    """What a conversation needs of its websocket."""

    async def send_text(self, text: str) -> None: ...

    async def close(self, code: int) -> None: ...


@dataclass(slots=True)
class OpenCall:
    """The CALL that waits for the charger's answer."""

    message_id: str
    sent: exchange.Outgoing
    answered: "asyncio.Future[None]"


class Session:
    """From an accepted handshake to the close of its socket.

    Most chargers say nothing most of the time: tasks are there only while there is something to do.
    """

    __slots__ = (
        *("station_id", "connection_id", "protocol", "last_seen", "lane", "_socket", "_replies"),
        *("_open_call", "_closing", "_leaving", "_deaf", "_in_flight", "_held", "_has_told_status", "_opened_at"),
        *("_may_be_booting", "_woken", "_sender", "link"),
    )

    def __init__(
        self,
        *,
        socket: Socket,
        lane: Lane,
        protocol: Protocol,
        station_id: int,
        connection_id: int,
        opened_at: datetime,
        link: Link | None = None,
    ) -> None:
        self.station_id = station_id
        self.connection_id = connection_id
        self.protocol = protocol
        self.last_seen = self._opened_at = opened_at
        self.lane = lane
        self._socket = socket
        self.link = link or Link()
        self._replies = Replies(self)
        self._open_call: OpenCall | None = None
        self._closing = self._leaving = self._deaf = False
        self._in_flight = self._held = 0
        self._has_told_status = False
        self._may_be_booting = True
        self._woken = False
        self._sender: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        loop.call_later(BOOT_GRACE_S, self.has_booted)
        loop.call_later(STATUS_GRACE_S, self._ask_for_status)
        # A command may have been waiting for the charger to connect.
        self.wake()

    # --- From the charger ---

    async def receive(self, text: str) -> None:
        """Take in one frame; its reply leaves later. What still comes after we began to close is sent again."""
        if self._closing or self._deaf:
            return
        self.last_seen = received_at = timezone.now()
        frame = self._parse(text)
        if isinstance(frame, rpc.Malformed):
            # A person sees by its beginning what it was, and nothing large waits for the lane.
            text = text[:KEPT_OF_MALFORMED]
        if isinstance(frame, rpc.Call):
            await self._take_call(frame, text, received_at)
        elif isinstance(frame, rpc.Malformed):
            self._take_malformed(frame, text, received_at)
        elif isinstance(frame, rpc.Send):
            self.in_lane(exchange.take_send(self.source(received_at), text, frame), len(text))
        elif isinstance(frame, rpc.CallResultError):
            # What it speaks of is done; a person finds it in the messages.
            log.warning("ocpp.answer_refused", station=self.station_id, message_id=frame.id, error=frame.description)
            self.in_lane(exchange.note_frame(self.source(received_at), text, message_id=frame.id), len(text))
        else:
            self._take_answer(frame, text, received_at)
        in_flight = max(self._in_flight, len(self._replies))
        # A charger that waits for its answers (OCPP-J 1.6 section 4.1.1) has one on its way, and is never sent away.
        is_too_much = in_flight > 2 and self._held > OWN_SHARE and self.lane.held > MAX_HELD
        if in_flight > MAX_INBOX or is_too_much:
            log.warning("ocpp.inbox_full", station=self.station_id, in_flight=in_flight, held=self.lane.held)
            await self.close(CLOSE_TRY_AGAIN_LATER)

    def _parse(self, text: str) -> rpc.Frame:
        limit = settings.OCPP_MAX_FRAME_BYTES
        # A character has at most four bytes: most frames need no encoding to be known as small.
        if len(text) * 4 > limit and len(text.encode("utf-8", "surrogatepass")) > limit:
            return rpc.too_large(text, limit)
        return rpc.parse(text, self.protocol.message_types)

    async def _take_call(self, call: rpc.Call, text: str, received_at: datetime) -> None:
        if call.action == "Heartbeat" and not call.payload:
            # Answered at once: it changes nothing but last_seen, and proves to the charger that we are here.
            reply = rpc.result(call.id, {"currentTime": render(received_at)})
            if self._in_flight < KEPT_HEARTBEATS:
                self.in_lane(exchange.note_heartbeat(self.source(received_at), text, call, reply), len(text))
            await self.send(reply)
            self.has_booted()
            return
        if self._replies.repeat(call, text):
            return
        self._has_told_status |= call.action in STATUS_ACTIONS
        source = self.source(received_at)
        reply_text = self.in_lane(exchange.take_call(source, text, call), len(text))
        self._replies.add_call(Pending(reply_text, call, text, received_at), call)

    def _take_malformed(self, frame: rpc.Malformed, text: str, received_at: datetime) -> None:
        refusal = self.in_lane(exchange.refuse_malformed(self.source(received_at), text, frame), len(text))
        self._replies.add(Pending(refusal, None, text, received_at))
        open_call = self._call_answered_by(frame.id)
        if open_call is not None:
            # An answer that is none: nothing better will come.
            self._give_up(
                open_call,
                CommandState.FAILED,
                english("The charger's answer is no frame: %(description)s", description=frame.description),
            )
            open_call.answered.set_result(None)

    def _take_answer(self, frame: rpc.CallResult | rpc.CallError, text: str, received_at: datetime) -> None:
        open_call = self._call_answered_by(frame.id)
        if open_call is None:
            log.info("ocpp.unasked_answer", station=self.station_id, message_id=frame.id)
            self.in_lane(exchange.note_frame(self.source(received_at), text), len(text))
            return
        stored = self.in_lane(exchange.take_answer(self.source(received_at), text, open_call.sent, frame), len(text))
        stored.add_done_callback(partial(self._on_answer_stored, open_call))
        open_call.answered.set_result(None)

    def _call_answered_by(self, message_id: str | None) -> OpenCall | None:
        open_call = self._open_call
        if open_call is None or open_call.message_id != message_id or open_call.answered.done():
            return None
        return open_call

    def _on_answer_stored(self, open_call: OpenCall, stored: "asyncio.Future[Any]") -> None:
        if stored.cancelled():
            return
        if isinstance(stored.exception(), JobFailed):
            self._give_up(open_call, CommandState.FAILED, english("The charger's answer could not be stored."))
        elif stored.exception() is None and (refusal := stored.result()) is not None:
            _in_background(self.send(refusal))

    def _give_up(self, open_call: OpenCall, state: CommandState, error: str) -> None:
        outcome = Outcome(state, error=error)
        self.in_lane(exchange.give_up(self.source(timezone.now()), open_call.sent, outcome))

    def source(self, received_at: datetime) -> exchange.Source:
        """What a job in the lane has to know of a frame's origin."""
        return exchange.Source(self.protocol, self.station_id, self.connection_id, received_at)

    def in_lane(self, job: Callable[[Any], Any], size: int = 0) -> "asyncio.Future[Any]":
        """Have a job of a frame of `size` characters run in the charger's lane; an outage there closes the socket."""
        self._in_flight += 1
        self._held += size
        self.lane.held += size
        future = self.lane.submit(self.station_id, job)
        future.add_done_callback(partial(self._on_committed, size))
        return future

    def _on_committed(self, size: int, future: "asyncio.Future[Any]") -> None:
        """An outage: close without an answer, so that the charger keeps its messages and sends them again."""
        self._in_flight -= 1
        self._held -= size
        self.lane.held -= size
        if not future.cancelled() and isinstance(future.exception(), Outage):
            _in_background(self.close_for_outage())

    async def send(self, text: str) -> None:
        """Send one frame, unless the socket is closing or gone."""
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
        self._woken = True
        if self._sender is None and not self._closing:
            self._sender = asyncio.create_task(self._send_commands())

    def has_booted(self) -> None:
        """It talks, and its BootNotification is answered if it sent one: now for what waited while it was away."""
        if self._may_be_booting:
            self._may_be_booting = False
            self.wake()

    async def _send_commands(self) -> None:
        try:
            while self._woken:
                self._woken = False
                try:
                    await self._drain()
                except (JobFailed, Outage) as error:
                    log.warning("ocpp.claim_failed", station=self.station_id, error=repr(error))
        finally:
            self._sender = None

    def _ask_for_status(self) -> None:
        """A charger that comes back without booting does not tell what has changed meanwhile."""
        if not self._has_told_status and not self._closing:
            asked = self.in_lane(exchange.ask_for_status(self.source(timezone.now())))
            asked.add_done_callback(lambda future: self.wake())

    async def _drain(self) -> None:
        """Send what is queued, one after the other."""
        while not (self._closing or self._leaving):
            message_id = str(uuid.uuid4())
            source = self.source(timezone.now())
            # What is asked of it now leaves at once, whatever it does.
            since = self._opened_at if self._may_be_booting else None
            outgoing = await self.lane.submit(self.station_id, exchange.claim_next(source, message_id, since))
            if outgoing is exchange.NOTHING:
                return
            if isinstance(outgoing, exchange.Outgoing):
                await self._exchange(outgoing)

    async def _exchange(self, outgoing: exchange.Outgoing) -> None:
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        open_call = self._open_call = OpenCall(outgoing.message_id, outgoing, answered)
        await self.send(outgoing.text)
        try:
            async with asyncio.timeout(settings.OCPP_CALL_TIMEOUT_SECONDS):
                await answered
        except TimeoutError:
            self._give_up(open_call, CommandState.TIMEOUT, english("The charger did not answer in time."))
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

    async def close_for_outage(self) -> None:
        """Close without an answer, so that the charger keeps its messages and sends them again."""
        await self.close(CLOSE_TRY_AGAIN_LATER)

    async def leave(self, code: int) -> None:
        """Close the socket in good order: an open CALL is answered, or has had a moment for it, and what was received
        is stored and answered. What is still queued for the charger waits for its next connection."""
        self._leaving = True
        if self._sender is not None:
            await asyncio.wait([self._sender], timeout=LAST_ANSWER_S)
        # From here on what comes gets no answer, and is sent again.
        self._deaf = True
        await self._replies.written(LAST_COMMIT_S)
        await self.close(code)

    @property
    def is_closing(self) -> bool:
        """Whether it was closed from our side, or is over."""
        return self._closing

    def closed(self) -> None:
        """The socket is gone: stop the tasks. What is in the lane is committed all the same."""
        self._closing = True
        self._replies.stop()
        if self._sender is not None:
            self._sender.cancel()


# The event loop itself keeps no task from being collected.
_background: set["asyncio.Task[None]"] = set()


def _in_background(coroutine: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(coroutine)
    _background.add(task)
    task.add_done_callback(_background.discard)
