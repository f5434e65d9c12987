"""The edge process: its lanes, its lease, and the conversations it holds."""

import asyncio
import contextlib
import gc
import random
import socket
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

import structlog
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db import connection as database
from django.utils import timezone

from stations import links, live
from stations.domain.partings import Parting
from stations.models import Connection
from stations.ocpp.lanes import JobFailed, Lane, Outage
from stations.ocpp.session import CLOSE_SERVICE_RESTART, LEAVE_S, Session
from stations.services import connections, dispatch
from stations.services import links as link_hours
from stations.services.work import Work

log = structlog.get_logger(__name__)

T = TypeVar("T")

SWITCH_INTERVAL_S = 0.0005
# Objects made and not freed before the garbage collector looks at the youngest, and looks before it looks further.
# More would save nothing, and hostile clients, whose errors leave cycles, would fill the memory.
GARBAGE_AFTER = (5_000, 5, 5)
POLL_S = 1.0
LEASE_S = connections.LEASE.total_seconds()
TOUCH_S = 5.0
# What is measured of links is written so often: a row a charger that had anything.
MEASURE_S = 60.0
# Groups of the channel layer expire after a day by default.
REJOIN_S = 3600.0
# How long sockets that are closed may take to be so.
CLOSED_S = 5.0


def _tune_interpreter() -> None:
    # The event loop gives up the interpreter at each socket call, and a busy lane would keep it for 5 ms each time.
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    # A batch makes thousands of objects and no cycles: looked through every 700, as usual, they cost much of all.
    gc.set_threshold(*GARBAGE_AFTER)


class Edge:
    """One per process, made when its first charger comes."""

    def __init__(self) -> None:
        _tune_interpreter()
        self.process_id = uuid.uuid4()
        self.sessions: dict[int, Session] = {}
        loop = asyncio.get_running_loop()
        # SQLite has one writer; more lanes would only wait for each other.
        count = settings.OCPP_LANES if database.vendor == "postgresql" else 1
        self.lanes = [Lane(f"lane-{number}", loop) for number in range(count)]
        self._tasks: list[asyncio.Task[None]] = []
        self._touched_at = timezone.now()
        # On the clock of `time.monotonic`.
        self._renewed_at = time.monotonic()
        self._empty = asyncio.Event()
        self._empty.set()

    def lane_of(self, identity: str) -> Lane:
        """The lane of a charger: always the same one, so that its messages stay in order."""
        return self.lanes[hash(identity) % len(self.lanes)]

    async def start(self) -> None:
        """Take the first lease, then keep it, poll for commands and listen for nudges."""
        host = socket.gethostname()[:100]
        await _in_thread(partial(connections.start_process, process_id=self.process_id, host=host))
        duties: list[tuple[Callable[[], Coroutine[Any, Any, None]], float]] = [
            (self._renew, connections.RENEWAL.total_seconds()),
            (self._touch, TOUCH_S),
            (self._poll, POLL_S),
            (self._measure, MEASURE_S),
        ]
        self._tasks = [asyncio.create_task(self._repeat(duty, interval)) for duty, interval in duties]
        self._tasks.append(asyncio.create_task(self._listen()))

    def add(self, session: Session) -> None:
        """Hold a conversation; one this process had with the same charger is closed."""
        self._empty.clear()
        former = self.sessions.get(session.station_id)
        self.sessions[session.station_id] = session
        if former is not None:
            self._in_background(former.close(CLOSE_SERVICE_RESTART))

    def remove(self, session: Session) -> None:
        """Forget a conversation, unless a newer one has taken its place."""
        if self.sessions.get(session.station_id) is session:
            del self.sessions[session.station_id]
        if not self.sessions:
            self._empty.set()

    def _in_background(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.append(task)
        task.add_done_callback(self._tasks.remove)

    async def _repeat(self, duty: Callable[[], Awaitable[None]], interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            try:
                await duty()
            except (DatabaseError, InterfaceError, JobFailed, Outage) as error:
                log.warning("edge.duty_failed", duty=getattr(duty, "__name__", ""), error=repr(error))

    async def _renew(self) -> None:
        await _in_thread(partial(connections.renew_lease, process_id=self.process_id))
        self._renewed_at = time.monotonic()

    async def _touch(self) -> None:
        """Write `last_seen` in bulk, and close what is no longer the current socket of its charger."""
        by_connection = {session.connection_id: session for session in self.sessions.values()}
        seen = {pk: session.last_seen for pk, session in by_connection.items() if session.last_seen > self._touched_at}
        self._touched_at = timezone.now()
        await _in_thread(partial(connections.touch, seen=seen))
        for pk in await _in_thread(partial(connections.stale, process_id=self.process_id, held=list(by_connection))):
            self._in_background(by_connection[pk].close(CLOSE_SERVICE_RESTART))
        await self._close_unheld()

    async def _measure(self) -> None:
        """Write what was measured of the chargers' links, in bulk; what cannot be written is forgotten."""
        for session in self.sessions.values():
            links.note_link(session.station_id, session.link)
        if measured := links.take():
            await _in_thread(partial(link_hours.store, measured=measured, now=timezone.now()))

    async def _close_unheld(self) -> None:
        """Close the rows of sockets that ended while the database was away."""
        held = [session.connection_id for session in self.sessions.values()]
        unheld = partial(connections.unheld, process_id=self.process_id, held=held, now=timezone.now())
        for row in await _in_thread(unheld):
            await self.lanes[0].submit(row.station_id, partial(_close_row, row))

    async def _poll(self) -> None:
        """Find commands that no nudge told of: the row is the truth."""
        if not self.sessions:
            return
        waiting = partial(dispatch.waiting_stations, process_id=self.process_id, now=timezone.now())
        for station_id in await _in_thread(waiting):
            self._wake(station_id)

    def _wake(self, station_id: int) -> None:
        if session := self.sessions.get(station_id):
            session.wake()

    async def _listen(self) -> None:
        """Wake conversations as nudges come. Without a channel layer the poll does."""
        group = live.edge_group(self.process_id.hex)
        while True:
            try:
                await self._listen_for(group, REJOIN_S)
            except Exception as error:
                log.warning("edge.listen_failed", error=repr(error))
                await asyncio.sleep(POLL_S)

    async def _listen_for(self, group: str, seconds: float) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(group, channel)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    message = await layer.receive(channel)
                    self._wake(message["station_id"])
        await layer.group_discard(group, channel)

    def problems(self) -> list[str]:
        """What keeps this process from doing its work, in words; empty when all is well."""
        dead = [f"{lane.name} has died" for lane in self.lanes if not lane.alive]
        failing = [f"{lane.name} cannot reach the database" for lane in self.lanes if lane.failing_since]
        unrenewed_s = time.monotonic() - self._renewed_at
        late = [f"the lease was not renewed for {unrenewed_s:.0f} s"] if unrenewed_s > LEASE_S else []
        return dead + failing + late

    def warnings(self) -> list[str]:
        """What is wrong and keeps this process from none of its work."""
        stopped = [lane.name for lane in self.lanes if lane.recorder.is_stopped]
        return [f"{name} keeps no frames: the database has no room for them" for name in stopped]

    async def drain(self, over_s: float, hurried: asyncio.Event) -> None:
        """Take leave of all chargers, in random order and evenly over so many seconds; less is waited when hurried."""
        loop = asyncio.get_running_loop()
        sessions = list(self.sessions.values())
        random.shuffle(sessions)
        began = loop.time()
        log.info("edge.drains", process=str(self.process_id), chargers=len(sessions), seconds=over_s)
        for number, session in enumerate(sessions):
            await _wait(hurried, began + over_s * number / len(sessions) - loop.time())
            if hurried.is_set() or not self.sessions:
                break
            self._in_background(session.leave(CLOSE_SERVICE_RESTART))
        if not hurried.is_set():
            await _wait(self._empty, LEAVE_S)

    async def stop(self) -> None:
        """Close the sockets that are left, commit what waits, give the lease back."""
        for session in list(self.sessions.values()):
            await session.close(CLOSE_SERVICE_RESTART)
        await _wait(self._empty, CLOSED_S)
        for task in list(self._tasks):
            task.cancel()
        with contextlib.suppress(DatabaseError, InterfaceError):
            await self._measure()
            await _in_thread(partial(connections.end_process, process_id=self.process_id))
        for lane in self.lanes:
            await lane.stop()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _close_row(row: Connection, work: Work) -> None:
    connections.close_connection(
        work=work,
        station_id=row.station_id,
        connection_id=row.pk,
        last_seen=row.last_seen,
        code=None,
        reason=Parting.DATABASE_AWAY,
    )


async def _in_thread(query: Callable[[], T]) -> T:
    """Run a query beside the lanes: a lane that waits for the database must not cost the process its lease."""
    result: T = await database_sync_to_async(query, thread_sensitive=False)()
    return result


_edges: dict[asyncio.AbstractEventLoop, "asyncio.Task[Edge]"] = {}


async def current() -> Edge:
    """The edge of the running event loop, started at the first call.

    Raises DatabaseError or InterfaceError while the database is away; the next call tries again.
    """
    loop = asyncio.get_running_loop()
    starting = _edges.get(loop) or _edges.setdefault(loop, asyncio.create_task(_started()))
    try:
        return await asyncio.shield(starting)
    except (DatabaseError, InterfaceError):
        if _edges.get(loop) is starting:
            del _edges[loop]
        raise


async def _started() -> Edge:
    edge = Edge()
    try:
        await edge.start()
    except (DatabaseError, InterfaceError):
        for lane in edge.lanes:
            await lane.stop()
        raise
    return edge


async def drain(over_s: float, hurried: asyncio.Event) -> None:
    """Take leave of the chargers of the running event loop's edge, if it ever started; `shutdown` follows."""
    task = _edges.get(asyncio.get_running_loop())
    if task is not None and task.done() and not task.exception():
        await task.result().drain(over_s, hurried)


async def shutdown() -> None:
    """Stop the edge of the running event loop, if it ever started."""
    task = _edges.pop(asyncio.get_running_loop(), None)
    if task is not None:
        await (await task).stop()


def problems() -> list[str]:
    """What keeps the edges of this process from doing their work."""
    return [problem for edge in running() for problem in edge.problems()]


def warnings() -> list[str]:
    """What is wrong with the edges of this process and keeps them from none of their work."""
    return [warning for edge in running() for warning in edge.warnings()]


def running() -> list[Edge]:
    """The edges of this process that have started: one per event loop with chargers."""
    return [task.result() for task in _edges.values() if task.done() and not task.exception()]
