"""Whether this process is alive and ready, for whoever restarts it or sends it traffic."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from monitoring import periodic
from stations.ocpp import edge

TIMEOUT_S = 2.0


class NotMigrated(Exception):
    """The database lacks migrations of this code."""


async def alive(request: HttpRequest) -> HttpResponse:
    """200 as soon as requests are served: a server that starts up does not listen yet."""
    return HttpResponse("ok\n", content_type="text/plain")


async def ready(request: HttpRequest) -> JsonResponse:
    """200 when everything a request needs answers within two seconds, else 503; the body says what does not.

    Its warnings are for people: other processes' trouble, and what keeps this one from none of its work.
    """
    problems = [*await asyncio.gather(*(_problem(name, check) for name, check in CHECKS.items()))]
    found = [problem for problem in problems if problem] + edge.problems()
    body = {"ready": not found, "problems": found, "warnings": edge.warnings() + await _late_tasks()}
    return JsonResponse(body, status=503 if found else 200)


async def _problem(name: str, check: Callable[[], Awaitable[None]]) -> str:
    try:
        await asyncio.wait_for(check(), TIMEOUT_S)
    except TimeoutError:
        return f"{name}: no answer within {TIMEOUT_S:.0f} s"
    except Exception as error:
        # The detail may name hosts and users; it belongs into the log, not to whoever asks.
        return f"{name}: {type(error).__name__}"
    return ""


async def _late_tasks() -> list[str]:
    """What the cache knows of worker and beat; without a cache that is a warning too, as edges need none."""
    try:
        return await asyncio.wait_for(database_sync_to_async(periodic.warnings, thread_sensitive=False)(), TIMEOUT_S)
    except Exception as error:
        return [f"cache: {type(error).__name__}"]


# Beside the requests' own threads: whether they get on is what is asked.
async def _database() -> None:
    await database_sync_to_async(_query, thread_sensitive=False)()


def _query() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


async def _migrations() -> None:
    await database_sync_to_async(_are_applied, thread_sensitive=False)()


@cache
def _are_applied() -> None:
    """Raises NotMigrated. Looked at until all are: none is taken back while we run, and looking takes long."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotMigrated


async def _channel_layer() -> None:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "health.check"})
    await layer.receive(channel)


CHECKS: dict[str, Callable[[], Awaitable[None]]] = {
    "database": _database,
    "migrations": _migrations,
    "channel layer": _channel_layer,
}
