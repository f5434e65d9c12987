"""The flight recorder gives way: where there is no room for frames, everything else goes on without them."""

import time

import structlog

from stations import journal
from stations.services.work import Work

log = structlog.get_logger(__name__)

# PostgreSQL's SQLSTATE disk_full.
DISK_FULL = "53100"
# How long no frame is written before it is tried again whether there is room.
PAUSE_S = 30.0


class Recorder:
    """One lane's. Stopped and resumed it tells in a fact, in the transaction of the first batch that it concerns."""

    def __init__(self, lane: str) -> None:
        self._lane = lane
        self._paused_until: float | None = None
        self._is_off = False
        self.is_stopped = False

    def makes_way(self, error: Exception) -> bool:
        """Whether a batch that failed by `error` is worth another try, which will be without its frames."""
        if getattr(error.__cause__, "sqlstate", None) != DISK_FULL or self._is_paused():
            return False
        self._paused_until = time.monotonic() + PAUSE_S
        return True

    def prepare(self, work: Work) -> None:
        """Before the flush: take the frames out where they are not to be written."""
        self._is_off = self._is_paused()
        if self._is_off:
            work.frames.clear()
        if self._is_off != self.is_stopped:
            kind = "recorder.stopped" if self._is_off else "recorder.resumed"
            data = {"lane": self._lane}
            work.facts.append(journal.build(kind, subject_type="recorder", subject_id=0, data=data, at=work.now))

    def committed(self) -> None:
        """After the commit."""
        if self._is_off and not self.is_stopped:
            log.error("recorder.stopped", reason="The database has no room for frames; all else is stored.")
        elif self.is_stopped and not self._is_off:
            log.warning("recorder.resumed")
        self.is_stopped = self._is_off
        if not self._is_off:
            self._paused_until = None

    def _is_paused(self) -> bool:
        return self._paused_until is not None and time.monotonic() < self._paused_until
