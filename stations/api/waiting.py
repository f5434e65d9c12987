"""Waiting for a command's outcome (`?wait=`) with nothing held: no transaction, no connection, no thread.

A view answers with an `Awaited` response. The outermost middleware ends the request's thread, waits on the event loop,
and has the response written again.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from asgiref.sync import SyncToAsync, sync_to_async
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import async_only_middleware
from rest_framework.response import Response

from stations import live, metrics
from stations.domain.commands import OPEN_STATES
from stations.models import Command

log = structlog.get_logger(__name__)

Answer = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

# The safety net: outcomes that no nudge told of are found so late.
POLL_S = 1.0
# Whoever begins to wait is looked at after so long, together with those who begin meanwhile.
FIRST_LOOK_S = 0.02
# Beyond so many in one process the answer comes at once.
MAX_WAITING = 2000


class Awaited(Response):
    """Says `write()`, a status and data, once `command` has an outcome or `seconds` are over."""

    def __init__(self, write: Callable[[], tuple[int, Any]], *, command: Command | None, seconds: float) -> None:
        super().__init__()
        self._write = write
        self.command_id = command.pk if command is not None and seconds and command.state in OPEN_STATES else None
        self.seconds = seconds
        if self.command_id is None:
            self.status_code, self.data = write()

    def say(self) -> None:
        """Say it now."""
        self.status_code, self.data = self._write()
        self.content = self.rendered_content
        self["Content-Length"] = str(len(self.content))


@async_only_middleware
def middleware(get_response: Answer) -> Answer:
    """Among the outermost: below it synchronous middleware keeps a thread until the response is there."""

    async def wait(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        if isinstance(response, Awaited) and response.command_id is not None:
            await sync_to_async(_let_go_of_connection)()
            _let_go_of_thread()
            await outcome(response.command_id, seconds=response.seconds)
            await sync_to_async(response.say)()
        return response

    return wait


def _let_go_of_connection() -> None:
    """Close it, which gives a pooled one back; inside a transaction (of a test) it stays."""
    if not connection.in_atomic_block:
        connection.close()


def _let_go_of_thread() -> None:
    """End the thread that Django keeps for the request's synchronous code; what follows makes another."""
    executors = SyncToAsync.context_to_thread_executor
    context = SyncToAsync.thread_sensitive_context.get(None)
    if context is not None and (executor := executors.pop(context, None)):
        executor.shutdown(wait=False)


async def outcome(command_id: int, *, seconds: float) -> None:
    """Return once the command has an outcome, or after `seconds`."""
    waiters = _waiters.setdefault(asyncio.get_running_loop(), _Waiters())
    await waiters.wait(command_id, seconds)


class _Waiters:
    """Those who wait in one event loop: one channel and one query for all of them."""

    def __init__(self) -> None:
        self._waiting: dict[int, set[asyncio.Future[None]]] = {}
        self._look = asyncio.Event()
        self._duties: list[asyncio.Task[None]] = []

    async def wait(self, command_id: int, seconds: float) -> None:
        if len(self._waiting) >= MAX_WAITING:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(command_id, set()).add(future)
        if not self._duties:
            self._duties = [asyncio.create_task(duty()) for duty in (self._listen, self._poll)]
        # It may have come before we listened.
        self._look.set()
        metrics.WAITING.inc()
        try:
            await asyncio.wait_for(future, seconds)
        except TimeoutError:
            pass
        finally:
            metrics.WAITING.dec()
            self._forget(command_id, future)

    def _forget(self, command_id: int, future: "asyncio.Future[None]") -> None:
        if futures := self._waiting.get(command_id):
            futures.discard(future)
        if not futures:
            self._waiting.pop(command_id, None)
        if not self._waiting:
            for duty in self._duties:
                duty.cancel()
            self._duties = []

    def _end(self, command_ids: Iterable[int]) -> None:
        for command_id in command_ids:
            for future in self._waiting.get(command_id, ()):
                if not future.done():
                    future.set_result(None)

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except Exception as error:
                # Without a channel layer the poll finds it.
                log.warning("waiting.listen_failed", error=repr(error))
                await asyncio.sleep(POLL_S)

    async def _hear(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(live.FINISHED_COMMANDS, channel)
        try:
            self._look.set()
            while True:
                self._end((await layer.receive(channel))["ids"])
        finally:
            await layer.group_discard(live.FINISHED_COMMANDS, channel)

    async def _poll(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), POLL_S)
            await asyncio.sleep(FIRST_LOOK_S)
            self._look.clear()
            try:
                self._end(await database_sync_to_async(_ended, thread_sensitive=False)(list(self._waiting)))
            except (DatabaseError, InterfaceError) as error:
                log.warning("waiting.poll_failed", error=repr(error))


_waiters: WeakKeyDictionary[asyncio.AbstractEventLoop, _Waiters] = WeakKeyDictionary()


def _ended(command_ids: list[int]) -> list[int]:
    ended = Command.objects.filter(pk__in=command_ids).exclude(state__in=OPEN_STATES)
    return list(ended.values_list("pk", flat=True))
