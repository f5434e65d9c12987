"""Lanes: the group commit.

A lane is one thread with one database connection. A charger always hashes to the same lane, so that its messages stay
in order. The lane takes what waits, runs it as one unit of work in one transaction, commits, and only then resolves
the futures: nothing is acknowledged that is not durable.
"""

import asyncio
import queue
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog
from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.utils import timezone
from psycopg.abc import Buffer
from psycopg.adapt import Loader

from stations import live, metrics
from stations.services.recorder import Recorder
from stations.services.work import Work

log = structlog.get_logger(__name__)

T = TypeVar("T")

MAX_BATCH = 256
# On SQLite a batch has the only right to write, and pages and tasks wait for it: so many seconds, foreseen by the batch
# before. Not less than so many jobs: what is loaded for them has its price.
SQLITE_TURN_S = 0.1
LEAST_BATCH = 32
# Jobs of one station in a batch while others wait: more than a healthy charger ever has.
TURN = 16
LOCK_TIMEOUT_MS = 2000
# Runs of a statement on one connection, before it is planned once for all others.
PREPARED_AFTER = 2
FIRST_RETRY_S = 0.05
LAST_RETRY_S = 2.0
# How long jobs are kept through an outage before their sockets are closed, so that the chargers send again.
OUTAGE_LIMIT_S = 20.0
# Characters of frames that a lane holds before chargers with more than one message on their way are sent away: what is
# made of a frame takes several times its size.
MAX_HELD = 4 * 1024 * 1024
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
    # On the clock of `time.monotonic`.
    at: float


Settled = tuple["asyncio.Future[Any]", Any]


class _Waiting:
    """Jobs by station, taken in turns: one charger's flood waits behind itself and not before the others."""

    def __init__(self) -> None:
        self._by_station: OrderedDict[int | None, deque[Job]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, job: Job) -> None:
        self._by_station.setdefault(job.station_id, deque()).append(job)
        self._count += 1

    def put_back(self, jobs: Sequence[Job]) -> None:
        """Jobs that were taken and not run stand first again."""
        for job in reversed(jobs):
            self._by_station.setdefault(job.station_id, deque()).appendleft(job)
        self._count += len(jobs)

    def take(self, most: int = MAX_BATCH) -> list[Job]:
        """Up to `most` jobs, each station's in their order, and TURN of a station at most while others wait."""
        turn = most if len(self._by_station) == 1 else TURN
        jobs: list[Job] = []
        for station_id in list(self._by_station):
            if len(jobs) >= most:
                break
            own = self._by_station.pop(station_id)
            jobs += [own.popleft() for _ in range(min(len(own), turn, most - len(jobs)))]
            if own:
                # Behind all others for the next batch.
                self._by_station[station_id] = own
        self._count -= len(jobs)
        return jobs


class Lane:
    """One committing thread."""

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop) -> None:
        self.name = name
        self.failing_since: float | None = None
        # Characters of the frames received and not settled yet; the conversations count them.
        self.held = 0
        self.recorder = Recorder(name)
        self._loop = loop
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._waiting = _Waiting()
        self._most = MAX_BATCH
        self._nudges: set[str] = set()
        self._finished: list[int] = []
        self._stopping = False
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)
        self._thread.start()

    def submit(self, station_id: int | None, run: Callable[[Work], T]) -> "asyncio.Future[T]":
        """Queue a job from the event loop. The future has its result after the commit, or JobFailed or Outage."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(Job(station_id, run, future, time.monotonic()))
        return future

    @property
    def waiting(self) -> int:
        """Jobs not yet taken."""
        return self._queue.qsize() + len(self._waiting)

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    async def stop(self) -> None:
        """Commit what waits, then end the thread."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _main(self) -> None:
        structlog.contextvars.bind_contextvars(lane=self.name)
        _leave_the_pool()
        while jobs := self._take():
            try:
                self._settle(self._process(jobs))
            except Exception as error:
                # The thread must not die: whatever this was, its sockets close and the chargers send again.
                log.exception("lane.broken")
                self._settle([(job.future, Outage(repr(error))) for job in jobs])
        connection.close()

    def _take(self) -> list[Job]:
        """The next batch: waits for the first job, then takes of what is there. Empty when the lane is to stop."""
        while True:
            try:
                job = self._queue.get(block=not self._waiting and not self._stopping)
            except queue.Empty:
                break
            if job is None:
                self._stopping = True
            else:
                self._waiting.add(job)
        return self._waiting.take(self._most)

    def _process(self, jobs: Sequence[Job]) -> list[Settled]:
        """Commit the batch through whatever happens; what each future is to hear."""
        tries = 0
        while True:
            try:
                return self._commit(jobs)
            except Exception as error:
                if self.recorder.makes_way(error):
                    continue
                if _is_about_data(error):
                    log.exception("lane.batch_failed", jobs=len(jobs))
                    return self._isolate(jobs)
                tries += 1
                self.failing_since = self.failing_since or time.monotonic()
                log.warning("lane.database", tries=tries, error=repr(error))
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
        began = time.monotonic()
        # A COPY fails with the driver's own errors: they are to be told apart as all others are.
        with connection.wrap_database_errors, transaction.atomic():
            has_turn = time.monotonic()
            work = Work.load({job.station_id for job in jobs if job.station_id is not None}, timezone.now())
            settled: list[Settled] = [(job.future, job.run(work)) for job in jobs]
            self.recorder.prepare(work)
            work.flush()
            flushed = time.monotonic()
        committed = time.monotonic()
        self.recorder.committed()
        metrics.note_batch(
            jobs=len(jobs), waited_s=began - jobs[0].at, took_s=committed - began, commit_s=committed - flushed
        )
        if connection.vendor == "sqlite":
            foreseen = int(len(jobs) * SQLITE_TURN_S / (committed - has_turn))
            self._most = min(max(foreseen, LEAST_BATCH), MAX_BATCH)
        work.tally.publish()
        self._nudges |= work.groups
        self._finished += work.finished_commands
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
                    log.error("lane.job_failed", station=job.station_id, exc_info=error)
                    settled.append((job.future, JobFailed(repr(error))))
                    continue
                connection.close()
                if not _database_answers():
                    # It went away meanwhile: what is left goes the ordinary way again.
                    self._waiting.put_back(jobs[position:])
                    break
                # A lock somebody holds, a full disk, a standby: not the message's fault, and not to be told so.
                log.warning("lane.job_put_off", station=job.station_id, error=repr(error))
                settled.append((job.future, Outage(repr(error))))
        return settled

    def _settle(self, settled: list[Settled]) -> None:
        """After the commit, and outside of all that could run the batch again."""
        live.nudge(*self._nudges)
        self._nudges.clear()
        if self._finished:
            live.tell_finished(self._finished)
            self._finished = []
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


class _Timestamps(Loader):
    """Reads a timestamp of a connection in UTC as Django's own does, in a tenth of the time."""

    # Django looks at it.
    timezone = UTC

    def load(self, data: Buffer) -> datetime:
        return datetime.fromisoformat(bytes(data).decode())


def _leave_the_pool() -> None:
    """Give this thread a connection of its own: pages that use up the pool must not keep chargers waiting.

    A lane runs the same few statements over and over, so that PostgreSQL plans them once.
    """
    pooled = connections[DEFAULT_DB_ALIAS]
    options = {name: value for name, value in pooled.settings_dict["OPTIONS"].items() if name != "pool"}
    if pooled.vendor == "postgresql":
        options |= {"server_side_binding": True, "prepare_threshold": PREPARED_AFTER}
    connections[DEFAULT_DB_ALIAS] = type(pooled)({**pooled.settings_dict, "OPTIONS": options}, DEFAULT_DB_ALIAS)


def _prepare_connection() -> None:
    if connection.connection is None and connection.vendor == "postgresql":
        # A lane that waits for somebody's lock keeps every charger of the lane waiting.
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
            cursor.connection.adapters.register_loader("timestamptz", _Timestamps)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError):
        connection.close()
        return False
    return True
