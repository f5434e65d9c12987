"""The real ASGI application on a real port, for tests that speak to it over real sockets."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from config.embedded import tls
from config.websockets import ChargerSocket


class TlsServer(uvicorn.Server):
    """Listens on a second port of loopback, by TLS."""

    async def startup(self, sockets=None):
        # Before the server has started: then others ask for its port.
        listener = socket.create_server(("127.0.0.1", 0))
        self.tls_port = listener.getsockname()[1]
        await super().startup(sockets)
        self._tls = tls.Listener(listener)
        await self._tls.start(self)

    async def shutdown(self, sockets=None):
        await self._tls.stop()
        await super().shutdown(sockets)


class Server:
    """uvicorn in a thread with an event loop of its own, on a free port of loopback; `secure`: and another by TLS."""

    def __init__(self, *, secure: bool = False) -> None:
        config = uvicorn.Config(
            "config.asgi:application",
            host="127.0.0.1",
            port=0,
            lifespan="on",
            ws=ChargerSocket,
            ws_per_message_deflate=False,
            ws_max_size=2**22,
            log_level="warning",
            timeout_graceful_shutdown=5,
        )
        self._server = TlsServer(config) if secure else uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        until(lambda: self._server.started, "the server has started")

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=60)
        assert not self._thread.is_alive(), "the server did not stop"

    @property
    def address(self) -> str:
        host, port = self._server.servers[0].sockets[0].getsockname()
        return f"{host}:{port}"

    @property
    def ocpp(self) -> str:
        return f"ws://{self.address}/ocpp"

    @property
    def secure_ocpp(self) -> str:
        return f"wss://localhost:{self._server.tls_port}/ocpp"

    @property
    def http(self) -> str:
        return f"http://{self.address}"


@contextmanager
def running(*, secure: bool = False) -> Iterator[Server]:
    server = Server(secure=secure)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def until(condition, what, seconds=60.0):
    """Wait for `condition` to be true, and return what it returned; fail naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.02)
    raise AssertionError(f"Not within {seconds} s: {what}")
