"""The server of chargers' sockets: uvicorn, set up for them, and an end that is no storm.

uvicorn by itself closes all sockets at once when it is asked to stop: ten thousand chargers would come back in the same
second. Here each is closed in its turn, after what it sent is stored and answered.
"""

import asyncio
import socket
from types import FrameType
from typing import Any

import structlog
import uvicorn
from django.conf import settings

from config.websockets import ChargerSocket
from stations.ocpp import edge

log = structlog.get_logger(__name__)

# Up to so many times the limit on frames the application answers an oversized frame itself; beyond, the socket closes.
FRAME_LIMIT_FACTOR = 16
# For what is still open after the drain: uploads, browsers.
LAST_REQUESTS_S = 5


def configuration(**options: Any) -> uvicorn.Config:
    """uvicorn's configuration for a server that chargers connect to; `options` are uvicorn's own."""
    usual = {
        "log_config": None,
        "access_log": False,
        "lifespan": "on",
        "ws": ChargerSocket,
        "ws_max_size": settings.OCPP_MAX_FRAME_BYTES * FRAME_LIMIT_FACTOR,
        "ws_ping_interval": 20,
        "ws_ping_timeout": 20,
        # Some chargers break on it, and their messages are short.
        "ws_per_message_deflate": False,
        "timeout_graceful_shutdown": LAST_REQUESTS_S,
        # A network that comes back brings all its chargers at once.
        "backlog": 4096,
    }
    return uvicorn.Config("config.asgi:application", **(usual | options))


class Server(uvicorn.Server):
    """Takes leave of its chargers one after the other, spread over `drain_s` seconds; a second signal hurries it."""

    def __init__(self, config: uvicorn.Config, *, drain_s: float) -> None:
        super().__init__(config)
        self._drain_s = drain_s
        self._hurried = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit and self._loop is not None:
            self._loop.call_soon_threadsafe(self._hurried.set)
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Nobody new: who connects now is refused, and a proxy goes to another process.
        for server in self.servers:
            server.close()
        # Nor over a connection that a proxy keeps for its next request.
        for connection in list(self.server_state.connections):
            if not isinstance(connection, ChargerSocket):
                connection.shutdown()
        await edge.drain(self._drain_s, self._hurried)
        await super().shutdown(sockets)
