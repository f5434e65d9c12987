"""What a charger has to say, in order: transaction messages are kept until delivered, the rest is said or lost."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from .outlet import Session
from .settings import Settings
from .transport import CallError, CallTimeout, Offline

Payload = dict[str, Any]


@dataclass(slots=True, eq=False)
class Message:
    """`kept`: belongs to a transaction, survives offline spells and reboots. `outlet_id`: whose status it tells.

    `blocks`: what follows needs its answer (1.6 StartTransaction gives the transaction's id).
    """

    action: str
    payload: Payload
    session: Session | None = None
    outlet_id: int | None = None
    kept: bool = False
    blocks: bool = False
    attempts: int = 0


class Outbox:
    """Delivers in the background, one after the other (all at once where `impatient`), while `is_ready()`."""

    def __init__(
        self,
        *,
        settings: Settings,
        is_ready: Callable[[], bool],
        send: Callable[[Message], Awaitable[None]],
        on_lost: Callable[[Message], None],
        impatient: bool,
    ) -> None:
        self._settings = settings
        self._is_ready = is_ready
        self._send = send
        self._on_lost = on_lost
        self._impatient = impatient
        self._queue: deque[Message] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._worker: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, message: Message) -> None:
        """Queue `message` and see that it leaves as soon as it can."""
        self._queue.append(message)
        self.kick()

    def kick(self) -> None:
        """Go on delivering, if there is something and somebody to deliver to."""
        if self._worker is None and self._queue and self._is_ready():
            self._worker = asyncio.create_task(self._work())

    def drop_volatile(self) -> None:
        """Forget what is not kept over an interruption."""
        lost = [message for message in self._queue if not message.kept]
        self._queue = deque(message for message in self._queue if message.kept)
        for message in lost:
            self._on_lost(message)

    def holds(self, transaction_id: str) -> bool:
        """Whether something of that session still waits."""
        return any(m.session is not None and m.session.transaction_id == transaction_id for m in self._queue)

    async def settled(self) -> None:
        """Wait until all is delivered or nothing can be delivered now."""
        while self._worker is not None or self._tasks:
            await asyncio.wait([*self._tasks, *([self._worker] if self._worker else [])])

    async def close(self) -> None:
        """Stop delivering."""
        pending = [*self._tasks, *([self._worker] if self._worker else [])]
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    async def _work(self) -> None:
        try:
            while self._queue and self._is_ready():
                if self._impatient and not self._queue[0].blocks:
                    self._deliver_aside(self._queue.popleft())
                elif not await self._deliver(self._queue[0]):
                    return
        finally:
            self._worker = None

    def _deliver_aside(self, message: Message) -> None:
        async def deliver() -> None:
            await self._deliver(message)

        task = asyncio.create_task(deliver())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, message: Message) -> bool:
        """Whether there is still somebody to deliver to."""
        try:
            await self._send(message)
        except Offline:
            self._keep_or_lose(message)
            return False
        except (CallError, CallTimeout):
            message.attempts += 1
            if message.kept and message.attempts < self._settings.message_attempts:
                await asyncio.sleep(self._settings.retry_interval_s * message.attempts)
                self._keep_or_lose(message)
                return True
            self._on_lost(message)
        if message in self._queue:
            self._queue.remove(message)
        return True

    def _keep_or_lose(self, message: Message) -> None:
        if not message.kept:
            self._on_lost(message)
        elif message not in self._queue:
            self._queue.appendleft(message)
            self.kick()
