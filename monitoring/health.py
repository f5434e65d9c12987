"""Whether this process is alive and ready, for whoever restarts it or sends it traffic."""

import asyncio
from collections.abc import Awaitable, Callable

from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from stations.ocpp import edge

TIMEOUT_S = 2.0


async def alive(request: HttpRequest) -> HttpResponse:
    """200 as soon as requests are served: a server that starts up does not listen yet."""
    return HttpResponse("ok\n", content_type="text/plain")


async def ready(request: HttpRequest) -> JsonResponse:
    """200 when everything a request needs answers within two seconds, else 503; the body says what does not."""
    problems = [*await asyncio.gather(*(_problem(name, check) for name, check in CHECKS.items()))]
    found = [problem for problem in problems if problem] + edge.problems()
    return JsonResponse({"ready": not found, "problems": found}, status=503 if found else 200)


async def _problem(name: str, check: Callable[[], Awaitable[None]]) -> str:
    try:
        await asyncio.wait_for(check(), TIMEOUT_S)
    except TimeoutError:
        return f"{name}: no answer within {TIMEOUT_S:.0f} s"
    except Exception as error:
        # The detail may name hosts and users; it belongs into the log, not to whoever asks.
        return f"{name}: {type(error).__name__}"
    return ""


@sync_to_async
def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


async def _channel_layer() -> None:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "health.check"})
    await layer.receive(channel)


CHECKS: dict[str, Callable[[], Awaitable[None]]] = {"database": _database, "channel layer": _channel_layer}
