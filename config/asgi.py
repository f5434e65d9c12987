"""The ASGI application: pages and REST, chargers' sockets, browsers' sockets."""

import gc
import os
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Fills the app registry: nothing below may be imported before.
django_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.urls import get_resolver, re_path  # noqa: E402

from config.bodies import limited  # noqa: E402
from stations.ocpp import edge  # noqa: E402
from stations.routing import charger_routes, live_routes  # noqa: E402

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]


async def lifespan(scope: Event, receive: Receive, send: Send) -> None:
    """The server starts and stops: at its end what chargers sent is committed and their sockets are closed."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await edge.shutdown()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def no_such_socket(scope: Event, receive: Receive, send: Send) -> None:
    """Refuse a websocket to a path that has none: 404 where the server can say so, else the plain 403."""
    await receive()
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1000, "reason": ""})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "websocket.http.response.start", "status": 404, "headers": headers})
    body = b"There is no such websocket. Chargers connect to /ocpp/<identity>.\n"
    await send({"type": "websocket.http.response.body", "body": body, "more_body": False})


# Chargers send neither an Origin nor cookies: only what browsers open passes these checks.
live: Any = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(live_routes)))
refusal: Any = no_such_socket

application = ProtocolTypeRouter(
    {
        "http": limited(django_application),
        # The look-ahead leaves the whole path to `live_routes`.
        "websocket": URLRouter([*charger_routes, re_path(r"(?=live/)", live), re_path(r"", refusal)]),
        "lifespan": lifespan,
    }
)

# All views and their serializers. What is loaded by now stays: looking through it for garbage, again and again, made
# every tenth page or so wait for a fifth of a second.
get_resolver().url_patterns  # noqa: B018 - loaded by being looked at
gc.collect()
gc.freeze()
