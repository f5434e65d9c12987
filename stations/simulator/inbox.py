"""The CALLs that come from the CSMS: obeyed, or answered as a test wants it, and remembered."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from .commands import Commands, Reply
from .transport import CallError

NEVER: Final = object()
"""In `Inbox.answers`: the CALL is read, and no answer ever comes."""


@dataclass(frozen=True, slots=True)
class ReceivedCall:
    """A CALL of the CSMS."""

    unique_id: str
    action: str
    payload: Any
    at: datetime


class Inbox:
    """`answers`: action → payload, CallError, NEVER, or a function from the request's payload to one of these.

    A command whose answer is overridden is not obeyed. `history`: how many CALLs are remembered.
    """

    def __init__(self, *, commands: Commands, history: int) -> None:
        self.answers: dict[str, Any] = {}
        self.received: deque[ReceivedCall] = deque(maxlen=history)
        self._unread: deque[ReceivedCall] = deque(maxlen=history)
        self._commands = commands
        self._changed = asyncio.Event()

    def reply(self, call: ReceivedCall) -> Reply | None:
        """Remember `call`; what to answer, None for nothing. Raises CallError for a CALLERROR."""
        self.received.append(call)
        self._unread.append(call)
        self.note()
        if call.action not in self.answers:
            return self._commands.obey(call.action, call.payload)
        answer = self.answers[call.action]
        if callable(answer):
            answer = answer(call.payload)
        if answer is NEVER:
            return None
        if isinstance(answer, CallError):
            raise answer
        return Reply(answer)

    async def wait_for(self, action: str, timeout_s: float) -> ReceivedCall:
        """The oldest CALL of that action which was not returned yet; raises TimeoutError."""

        def arrived() -> bool:
            return any(call.action == action for call in self._unread)

        async with asyncio.timeout(timeout_s):
            await self.wait_until(arrived)
        call = next(call for call in self._unread if call.action == action)
        self._unread.remove(call)
        return call

    async def wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that a message changes."""
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    def note(self) -> None:
        """Something changed: let the waiting look again."""
        self._changed.set()
