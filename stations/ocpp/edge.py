"""The edge process: its lanes, its lease, and the conversations it holds."""

import asyncio
import contextlib
import socket
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

import structlog
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection as database
from django.utils import timezone

from stations import live
from stations.models import Connection
from stations.ocpp.lanes import JobFailed, Lane, Outage
from stations.ocpp.session import CLOSE_SERVICE_RESTART, Session
from stations.services import connections, dispatch
from stations.services.work import Work

log = structlog.get_logger(__name__)

POLL_S = 1.0
TOUCH_S = 5.0
# Groups of the channel layer expire after a day by default.
REJOIN_S = 3600.0
DRAIN_S = 5.0


class Edge:
    """One per process, made when its first charger comes."""

    def __init__(self) -> None:
        self.process_id = uuid.uuid4()
        self.sessions: dict[int, Session] = {}
        loop = asyncio.get_running_loop()
        # SQLite has one writer; more lanes would only wait for each other.
        count = settings.OCPP_LANES if database.vendor == "postgresql" else 1
        self.lanes = [Lane(f"lane-{number}", loop) for number in range(count)]
        self._tasks: list[asyncio.Task[None]] = []
        self._empty = asyncio.Event()
        self._empty.set()

    def lane_of(self, identity: str) -> Lane:
        """The lane of a charger: always the same one, so that its messages stay in order."""
        return self.lanes[hash(identity) % len(self.lanes)]

    async def start(self) -> None:
        """Take the first lease, then keep it, poll for commands and listen for nudges."""
        await self._submit(
            lambda work: connections.start_process(
                process_id=self.process_id, host=socket.gethostname()[:100], now=work.now
            )
        )
        duties: list[tuple[Callable[[], Coroutine[Any, Any, None]], float]] = [
            (self._renew, connections.RENEWAL.total_seconds()),
            (self._touch, TOUCH_S),
            (self._poll, POLL_S),
        ]
        self._tasks = [asyncio.create_task(self._repeat(duty, interval)) for duty, interval in duties]
        self._tasks.append(asyncio.create_task(self._listen()))

    def _submit(self, run: Callable[[Any], Any]) -> "asyncio.Future[Any]":
        return self.lanes[0].submit(None, run)

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
            except (JobFailed, Outage) as error:
                log.warning("edge.duty_failed", duty=getattr(duty, "__name__", ""), error=repr(error))

    async def _renew(self) -> None:
        await self._submit(lambda work: connections.renew_lease(process_id=self.process_id, now=timezone.now()))

    async def _touch(self) -> None:
        """Write `last_seen` in bulk, and close what is no longer the current socket of its charger."""
        by_connection = {session.connection_id: session for session in self.sessions.values()}
        seen = {connection_id: session.last_seen for connection_id, session in by_connection.items()}
        stale = await self._submit(lambda work: connections.touch(process_id=self.process_id, seen=seen))
        for connection_id in stale:
            self._in_background(by_connection[connection_id].close(CLOSE_SERVICE_RESTART))
        await self._close_unheld()

    async def _close_unheld(self) -> None:
        """Close the rows of sockets that ended while the database was away."""
        held = [session.connection_id for session in self.sessions.values()]
        rows = await self._submit(lambda work: connections.unheld(process_id=self.process_id, held=held, now=work.now))
        for row in rows:
            await self.lanes[0].submit(row.station_id, partial(_close_row, row))

    async def _poll(self) -> None:
        """Find commands that no nudge told of: the row is the truth."""
        if not self.sessions:
            return
        waiting = await self._submit(lambda work: dispatch.waiting_stations(process_id=self.process_id, now=work.now))
        for station_id in waiting:
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
        return dead + failing

    async def stop(self) -> None:
        """Close all sockets, commit what waits, give the lease back."""
        for session in list(self.sessions.values()):
            await session.close(CLOSE_SERVICE_RESTART)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await self._empty.wait()
        for task in list(self._tasks):
            task.cancel()
        with contextlib.suppress(JobFailed, Outage):
            await self._submit(lambda work: connections.end_process(process_id=self.process_id, now=work.now))
        for lane in self.lanes:
            await lane.stop()


def _close_row(row: Connection, work: Work) -> None:
    connections.close_connection(
        work=work,
        station_id=row.station_id,
        connection_id=row.pk,
        last_seen=row.last_seen,
        code=None,
        reason="closed while the database was away",
    )


_edges: dict[asyncio.AbstractEventLoop, "asyncio.Task[Edge]"] = {}


async def current() -> Edge:
    """The edge of the running event loop, started at the first call."""
    loop = asyncio.get_running_loop()
    if loop not in _edges:
        _edges[loop] = asyncio.create_task(_started())
    return await asyncio.shield(_edges[loop])


async def _started() -> Edge:
    edge = Edge()
    await edge.start()
    return edge


async def shutdown() -> None:
    """Stop the edge of the running event loop, if it ever started."""
    task = _edges.pop(asyncio.get_running_loop(), None)
    if task is not None:
        await (await task).stop()


def problems() -> list[str]:
    """What keeps the edges of this process from doing their work."""
    edges = [task.result() for task in _edges.values() if task.done() and not task.exception()]
    return [problem for edge in edges for problem in edge.problems()]
