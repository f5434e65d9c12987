"""Writers take turns in the order they came.

SQLite has one writer at a time and lets the others poll: whoever writes without a pause starves everybody else.
"""

import threading
from collections import deque


class TurnNotReached(Exception):
    """The wait for a turn was longer than allowed."""


class Turns:
    """A lock handed over first come, first served. Not reentrant; any thread may release it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    def take(self, timeout_s: float) -> None:
        """Wait for the turn; raises TurnNotReached after `timeout_s`."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(timeout_s):
            return
        with self._guard:
            if turn.is_set():
                return  # handed over while the wait ended
            self._waiting.remove(turn)
        raise TurnNotReached

    def give(self) -> None:
        """Hand the turn to whoever has waited longest."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
