"""A small scripted CSMS: it checks every message of a charger against the schemas and answers as it is told."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ocpp.messages import Call, CallResult, _validate_payload
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

NEVER = object()
ACCEPTED = {"status": "Accepted"}


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class ScriptedCsms:
    """`answers`: action → payload, a function from the request's payload, NEVER, or an error code (a CALLERROR)."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.ids: list[str] = []
        self.problems: list[str] = []
        self.texts: list[str] = []
        self.answers: dict[str, Any] = {}
        self.headers: list[Any] = []
        self.paths: list[str] = []
        self.closes: list[int | None] = []
        self.refuse: int | None = None
        self.subprotocols: list[str] | None = ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"]
        self.numbers = 100
        self.connections: list[ServerConnection] = []
        self._server: Server | None = None
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._changed = asyncio.Event()
        self.port = 0

    async def __aenter__(self) -> "ScriptedCsms":
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        self._server = await serve(
            self._converse,
            "127.0.0.1",
            self.port,
            subprotocols=self.subprotocols,
            process_request=self._handshake,
            ping_interval=None,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ocpp"

    def payloads(self, action: str) -> list[Any]:
        return [payload for name, payload in self.calls if name == action]

    @property
    def actions(self) -> list[str]:
        return [name for name, _ in self.calls]

    async def wait_until(self, condition: Callable[[], Any], timeout_s: float = 60.0) -> None:
        async with asyncio.timeout(timeout_s):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def call(self, action: str, payload: dict[str, Any], timeout_s: float = 60.0) -> Any:
        """The frame that answers: [3, id, payload] or [4, id, code, ...]."""
        unique_id = f"csms-{len(self._waiting)}"
        self._waiting[unique_id] = asyncio.get_running_loop().create_future()
        socket = self.connections[-1]
        version = self.version(socket)
        await socket.send(json.dumps([2, unique_id, action, payload]))
        frame = await asyncio.wait_for(self._waiting[unique_id], timeout_s)
        if frame[0] == 3:
            result = CallResult(unique_id, frame[2])
            result.action = action
            self._check(result, version)
        return frame

    @staticmethod
    def version(socket: ServerConnection) -> str:
        return (socket.subprotocol or "").removeprefix("ocpp")

    def _handshake(self, connection: ServerConnection, request: Any) -> Any:
        self.headers.append(request.headers)
        self.paths.append(request.path)
        return connection.respond(self.refuse, "refused\n") if self.refuse else None

    async def _converse(self, socket: ServerConnection) -> None:
        self.connections.append(socket)
        try:
            async for text in socket:
                self.texts.append(str(text))
                await self._take(socket, json.loads(text))
                self._changed.set()
        except ConnectionClosed:
            pass
        finally:
            self.closes.append(socket.close_code)
            self._changed.set()

    async def _take(self, socket: ServerConnection, frame: list[Any]) -> None:
        if frame[0] != 2:
            self._waiting[frame[1]].set_result(frame)
            return
        _, unique_id, action, payload = frame
        self.calls.append((action, payload))
        self.ids.append(unique_id)
        version = self.version(socket)
        self._check(Call(unique_id, action, payload), version)
        answer = self.answers.get(action, _DEFAULTS.get(action, {}))
        if callable(answer):
            answer = answer(payload)
        if action == "StartTransaction" and answer == {}:
            self.numbers += 1
            answer = {"transactionId": self.numbers, "idTagInfo": ACCEPTED}
        if answer is NEVER:
            return
        if isinstance(answer, str):
            await socket.send(json.dumps([4, unique_id, answer, "", {}]))
            return
        if action == "Authorize" and answer == {}:
            answer = {"idTagInfo": ACCEPTED} if version == "1.6" else {"idTokenInfo": ACCEPTED}
        await socket.send(json.dumps([3, unique_id, answer]))

    def _check(self, message: Call | CallResult, version: str) -> None:
        try:
            _validate_payload(message, version)
        except Exception as error:
            self.problems.append(f"{message.action}: {error!r} {message.payload}")


_DEFAULTS: dict[str, Any] = {
    "BootNotification": lambda _: {"status": "Accepted", "currentTime": now(), "interval": 300},
    "Heartbeat": lambda _: {"currentTime": now()},
    "DataTransfer": ACCEPTED,
}
