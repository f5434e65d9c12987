"""Celery's scheduler, which survives a clock that jumps."""

import time
from typing import Any

from celery import beat

# More than a clock is ever slewed by between two ticks.
JUMP_S = 5.0


class Scheduler(beat.Scheduler):  # type: ignore[misc]
    """Every interval begins anew when the clock has jumped.

    The stock scheduler keeps the next runs by the wall clock: set back by an hour, it would start nothing for an hour.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._offset_s = _offset_s()
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        offset_s = _offset_s()
        if abs(offset_s - self._offset_s) > JUMP_S:
            for entry in self.schedule.values():
                entry.last_run_at = entry.default_now()
            # Made again out of the entries.
            self._heap = None
        self._offset_s = offset_s
        return float(super().tick(*args, **kwargs))


def _offset_s() -> float:
    """The wall clock against the one that only runs forward."""
    return time.time() - time.monotonic()
