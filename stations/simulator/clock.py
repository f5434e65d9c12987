"""Simulated time: it may run faster than the real one and may be moved on at will."""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Starts at the real time. `speed`: simulated seconds in a real one."""

    def __init__(self, *, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError("Time runs forward: speed must be above zero")
        self.speed = speed
        self._began = datetime.now(UTC)
        self._began_at = time.monotonic()
        self._skipped_s = 0.0

    def now(self) -> datetime:
        """The simulated time, UTC."""
        return self._began + timedelta(seconds=self.elapsed_s())

    def elapsed_s(self) -> float:
        """Simulated seconds since the clock began."""
        return (time.monotonic() - self._began_at) * self.speed + self._skipped_s

    def skip(self, seconds: float) -> None:
        """Move simulated time on without waiting."""
        self._skipped_s += seconds

    async def sleep(self, seconds: float) -> None:
        """Wait for simulated `seconds` to pass."""
        await asyncio.sleep(seconds / self.speed)


def iso(moment: datetime) -> str:
    """UTC with `Z` and milliseconds, as OCPP-J asks for."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
