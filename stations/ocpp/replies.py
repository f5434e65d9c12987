"""What a conversation owes its charger: replies leave in the order of the CALLs, each after its commit."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog

from stations.ocpp import exchange, rpc
from stations.ocpp.lanes import JobFailed, Outage
from stations.ocpp.router import Outside

if TYPE_CHECKING:
    from stations.ocpp.session import Session

log = structlog.get_logger(__name__)

# How many answers are kept for a charger that repeats a message on the same socket.
REMEMBERED = 16
# Whoever is asked outside on a charger's behalf has less time than the charger itself waits for its answer.
OUTSIDE_TIMEOUT_S = 25.0
# Threads of their own: slow strangers must not keep anything else waiting.
_OUTSIDE = ThreadPoolExecutor(16, thread_name_prefix="outside")


@dataclass(slots=True)
class Pending:
    """A reply that waits for its commit, and perhaps for somebody outside. `call`: None for what is no CALL."""

    text: "asyncio.Future[str | Outside | None]"
    call: rpc.Call | None
    received: str
    received_at: datetime

    def is_of(self, received: str) -> bool:
        """Whether these bytes asked for it."""
        return self.received == received


@dataclass(slots=True)
class Answered:
    """What is left of a CALL for a charger that repeats it: the hash of its bytes, and the reply."""

    received_hash: int
    text: str | None

    def is_of(self, received: str) -> bool:
        """Whether these bytes asked for it."""
        return self.received_hash == hash(received)


class Replies:
    """Of one conversation. The task that writes them is there only while some wait."""

    __slots__ = ("_queue", "_remembered", "_session", "_writer")

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._queue: list[Pending | Answered] = []
        self._remembered: dict[str, Pending | Answered] = {}
        self._writer: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, pending: Pending | Answered) -> None:
        """Send this when all before it have left."""
        self._queue.append(pending)
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())

    def add_call(self, pending: Pending, call: rpc.Call) -> None:
        """As `add`, and keep the answer for a charger that repeats its CALL."""
        self._remembered[call.id] = pending
        if len(self._remembered) > REMEMBERED:
            # The oldest: a dict keeps the order in which its keys came.
            del self._remembered[next(iter(self._remembered))]
        self.add(pending)

    def repeat(self, call: rpc.Call, received: str) -> bool:
        """Give the same answer to the same bytes on the same socket; False if they are new."""
        known = self._remembered.get(call.id)
        if known is None or not known.is_of(received):
            return False
        self.add(known)
        return True

    async def written(self, timeout_s: float) -> None:
        """Return when all have left, or after `timeout_s`."""
        if self._writer is not None:
            await asyncio.wait([self._writer], timeout=timeout_s)

    def stop(self) -> None:
        """The socket is gone."""
        if self._writer is not None:
            self._writer.cancel()

    async def _write(self) -> None:
        try:
            while self._queue:
                try:
                    await self._write_one(self._queue[0])
                finally:
                    del self._queue[0]
        finally:
            self._writer = None

    async def _write_one(self, pending: Pending | Answered) -> None:
        session = self._session
        if isinstance(pending, Answered):
            text = pending.text
        else:
            try:
                text = await self._text_of(pending)
            except Outage:
                # No later reply may overtake the one that will not come.
                await session.close_for_outage()
                return
            except JobFailed:
                text = self._failure(pending)
                # Sent again it is tried again: what was wrong may have been ours.
                self._forget(pending)
                # Its own transaction is gone, so the frame is kept by another: a person has to see what it was.
                session.in_lane(exchange.note_frame(session.source(pending.received_at), pending.received))
        if text is not None:
            await session.send(text)
        if isinstance(pending, Pending):
            self._shrink(pending, text)
            if pending.call is None:
                return
        session.has_booted()

    def _shrink(self, pending: Pending, text: str | None) -> None:
        """Of what is answered only that is kept which a repeat needs."""
        if pending.call is not None and self._remembered.get(pending.call.id) is pending:
            self._remembered[pending.call.id] = Answered(hash(pending.received), text)

    async def _text_of(self, pending: Pending) -> str | None:
        """What to reply. Those behind it wait as well: replies leave in the order of the CALLs."""
        text = await pending.text
        if not isinstance(text, Outside) or pending.call is None:
            return text if isinstance(text, str) else None
        told = await self._ask(text)
        source = self._session.source(pending.received_at)
        # A repeat of the CALL gets this answer and asks nobody again.
        pending.text = self._session.in_lane(exchange.answer_from_outside(source, pending.call, text, told))
        try:
            return await self._text_of(pending)
        except JobFailed:
            # The CALL itself is kept already.
            self._forget(pending)
            return self._failure(pending)

    async def _ask(self, outside: Outside) -> Any:
        """What was told outside, or the exception that came of it."""
        try:
            async with asyncio.timeout(OUTSIDE_TIMEOUT_S):
                return await asyncio.get_running_loop().run_in_executor(_OUTSIDE, outside.ask)
        except Exception as error:
            log.exception("ocpp.outside_failed", station=self._session.station_id)
            return error

    def _failure(self, pending: Pending) -> str | None:
        """What a CALL is answered with that could not be stored."""
        source = self._session.source(pending.received_at)
        return None if pending.call is None else exchange.failure_reply(source, pending.call)

    def _forget(self, pending: Pending) -> None:
        if pending.call is not None and self._remembered.get(pending.call.id) is pending:
            del self._remembered[pending.call.id]
