"""How far it is, for somebody who waits."""

import time
from typing import TextIO

EVERY_S = 0.5


class Meter:
    """A line that counts bytes, on terminals only."""

    def __init__(self, out: TextIO) -> None:
        self._out = out if out.isatty() else None
        self._bytes = 0
        self._shown_at = 0.0

    def __call__(self, size: int) -> None:
        self._bytes += size
        if self._out is not None and time.monotonic() - self._shown_at > EVERY_S:
            self._shown_at = time.monotonic()
            self._out.write(f"\r{self._bytes / 1e6:,.0f} MB")
            self._out.flush()

    def end(self) -> None:
        if self._out is not None and self._shown_at:
            self._out.write("\r\033[K")
