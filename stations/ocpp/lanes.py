"""Lanes: the group commit.

A lane is one thread with one database connection. A charger always hashes to the same lane, so that its messages stay
in order. The lane takes what waits, runs it as one unit of work in one transaction, commits, and only then resolves
the futures: nothing is acknowledged that is not durable.
"""

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)
from django.utils import timezone

from stations import live
from stations.services.work import Work

log = structlog.get_logger(__name__)

T = TypeVar("T")

MAX_BATCH = 256
LOCK_TIMEOUT_MS = 2000
FIRST_RETRY_S = 0.05
LAST_RETRY_S = 2.0
# How long jobs are kept through an outage before their sockets are closed, so that the chargers send again.
OUTAGE_LIMIT_S = 20.0
# A database that answers and still fails a batch this often has been handed something it cannot take.
TRIES_BEFORE_ISOLATION = 4


class Outage(Exception):
    """The database was away for too long: nothing was stored, nothing may be answered."""


class JobFailed(Exception):
    """This job alone cannot be stored; the others of its batch were."""


@dataclass(slots=True)
class Job:
    """Something to do in a unit of work, on one station or none. It may be run again, so it touches only the work."""

    station_id: int | None
    run: Callable[[Work], Any]
    future: "asyncio.Future[Any]"


Settled = tuple["asyncio.Future[Any]", Any]


class Lane:
    """One committing thread."""

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop) -> None:
        self.name = name
        self.failing_since: float | None = None
        self._loop = loop
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._backlog: deque[Job] = deque()
        self._nudges: set[str] = set()
        self._stopping = False
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)
        self._thread.start()

    def submit(self, station_id: int | None, run: Callable[[Work], T]) -> "asyncio.Future[T]":
        """Queue a job from the event loop. The future has its result after the commit, or JobFailed or Outage."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(Job(station_id, run, future))
        return future

    @property
    def waiting(self) -> int:
        """Jobs not yet taken."""
        return self._queue.qsize()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    async def stop(self) -> None:
        """Commit what waits, then end the thread."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _main(self) -> None:
        while jobs := self._take():
            try:
                self._settle(self._process(jobs))
            except Exception as error:
                # The thread must not die: whatever this was, its sockets close and the chargers send again.
                log.exception("lane.broken", lane=self.name)
                self._settle([(job.future, Outage(repr(error))) for job in jobs])
        connection.close()

    def _take(self) -> list[Job]:
        """The next batch: waits for the first job, then takes what is there. Empty when the lane is to stop."""
        jobs = [self._backlog.popleft() for _ in range(min(len(self._backlog), MAX_BATCH))]
        while len(jobs) < MAX_BATCH:
            try:
                job = self._queue.get(block=not jobs and not self._stopping)
            except queue.Empty:
                break
            if job is None:
                self._stopping = True
            else:
                jobs.append(job)
        return jobs

    def _process(self, jobs: Sequence[Job]) -> list[Settled]:
        """Commit the batch through whatever happens; what each future is to hear."""
        tries = 0
        while True:
            try:
                return self._commit(jobs)
            except Exception as error:
                if _is_about_data(error):
                    log.exception("lane.batch_failed", lane=self.name, jobs=len(jobs))
                    return self._isolate(jobs)
                tries += 1
                self.failing_since = self.failing_since or time.monotonic()
                log.warning("lane.database", lane=self.name, tries=tries, error=repr(error))
                connection.close()
                # Counted from the first failure, not from this batch: what waits behind it fails with it.
                if time.monotonic() - self.failing_since > OUTAGE_LIMIT_S:
                    return [(job.future, Outage(repr(error))) for job in jobs]
                if tries >= TRIES_BEFORE_ISOLATION and _database_answers():
                    return self._isolate(jobs)
                time.sleep(min(FIRST_RETRY_S * 2**tries, LAST_RETRY_S))

    def _commit(self, jobs: Sequence[Job]) -> list[Settled]:
        """Run the jobs in one transaction."""
        _prepare_connection()
        with transaction.atomic():
            work = Work.load({job.station_id for job in jobs if job.station_id is not None}, timezone.now())
            settled: list[Settled] = [(job.future, job.run(work)) for job in jobs]
            work.flush()
        self._nudges |= work.groups
        self.failing_since = None
        return settled

    def _isolate(self, jobs: Sequence[Job]) -> list[Settled]:
        """Each job in a transaction of its own: only the culprit fails."""
        settled: list[Settled] = []
        for position, job in enumerate(jobs):
            try:
                settled += self._commit([job])
            except Exception as error:
                if _is_about_data(error):
                    log.error("lane.job_failed", lane=self.name, station=job.station_id, exc_info=error)
                    settled.append((job.future, JobFailed(repr(error))))
                    continue
                connection.close()
                if not _database_answers():
                    # It went away meanwhile: what is left goes the ordinary way again.
                    self._backlog.extendleft(reversed(jobs[position:]))
                    break
                # A lock somebody holds, a full disk, a standby: not the message's fault, and not to be told so.
                log.warning("lane.job_put_off", lane=self.name, station=job.station_id, error=repr(error))
                settled.append((job.future, Outage(repr(error))))
        return settled

    def _settle(self, settled: list[Settled]) -> None:
        """After the commit, and outside of all that could run the batch again."""
        live.nudge(*self._nudges)
        self._nudges.clear()
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(_resolve, settled)


def _is_about_data(error: Exception) -> bool:
    """Whether this is the fault of what a job wanted to store; all else of the database is an outage of ours."""
    return isinstance(error, DataError | IntegrityError) or not isinstance(error, DatabaseError | InterfaceError)


def _resolve(settled: list[Settled]) -> None:
    """In the event loop, after the commit."""
    for future, outcome in settled:
        if future.done():
            continue
        if isinstance(outcome, JobFailed | Outage):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


def _prepare_connection() -> None:
    if connection.connection is None and connection.vendor == "postgresql":
        # A lane that waits for somebody's lock keeps every charger of the lane waiting.
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError):
        connection.close()
        return False
    return True
