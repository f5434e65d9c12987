"""The socket to a CSMS: OCPP-J framing, matching of answers, reconnecting with back-off. Knows no OCPP action."""

import asyncio
import base64
import contextlib
import json
import random
import ssl
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import NegotiationError, WebSocketException
from websockets.typing import Subprotocol

Payload = dict[str, Any]

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 60.0


class CallError(Exception):
    """A CALLERROR, received or to be sent."""

    def __init__(self, code: str, description: str = "", details: Payload | None = None) -> None:
        super().__init__(f"{code}: {description}" if description else code)
        self.code = code
        self.description = description
        self.details = details or {}


class CallTimeout(Exception):
    """The CSMS did not answer in time."""


class Offline(Exception):
    """There is no socket, or it went away before the answer."""


# Answers one CALL: given its message id, action and payload.
OnCall = Callable[[str, str, Any], Awaitable[None]]


class Link:
    """One charger's socket. `on_open`, `on_close` are called each time it opens and goes away.

    `tls`: what a wss:// address is dialled with, a client certificate included; None: what the machine trusts.
    """

    def __init__(
        self,
        *,
        url: str,
        identity: str,
        subprotocol: str,
        password: Callable[[], str],
        tls: ssl.SSLContext | None,
        on_call: OnCall,
        on_open: Callable[[], None],
        on_close: Callable[[], None],
        timeout_s: float,
        impatient: bool,
    ) -> None:
        self._url = f"{url.rstrip('/')}/{quote(identity, safe='')}"
        self._identity = identity
        self._subprotocol = Subprotocol(subprotocol)
        self._password = password
        self.tls = tls
        self._on_call = on_call
        self._on_open = on_open
        self._on_close = on_close
        self._timeout_s = timeout_s
        self._turn = None if impatient else asyncio.Lock()
        self._waiting: dict[str, asyncio.Future[Payload]] = {}
        self._task: asyncio.Task[None] | None = None
        self.socket: ClientConnection | None = None
        self.last_error: Exception | None = None
        self.sent = 0

    async def connect(self) -> None:
        """Open the socket now, and from then on again whenever it breaks.

        Raises what stands against the first attempt: OSError, or from websockets InvalidStatus (with the HTTP status)
        or NegotiationError.
        """
        await self.close()
        self._task = asyncio.create_task(self._keep_open(await self._dial()))
        self._opened()

    def start(self) -> None:
        """Open the socket in the background, trying until it works."""
        if self._task is None:
            self._task = asyncio.create_task(self._keep_open(None))

    def drop(self) -> None:
        """Lose the socket without a close frame and stay without, as when a modem loses its network."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self.socket is not None:
            self.socket.transport.abort()
            self._gone(self.socket)

    async def close(self) -> None:
        """Close the socket properly and stay without."""
        task, self._task = self._task, None
        socket = self.socket
        if socket is not None:
            await socket.close()
            self._gone(socket)
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def call(self, action: str, payload: Payload) -> Payload:
        """Send a CALL and return the payload of its answer; raises CallError, CallTimeout or Offline."""
        async with self._turn or contextlib.nullcontext():
            unique_id = str(uuid.uuid4())
            answer: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
            self._waiting[unique_id] = answer
            try:
                await self.send([2, unique_id, action, payload])
                # not wait_for: in Python 3.11 it swallows a cancellation that comes together with the answer
                async with asyncio.timeout(self._timeout_s):
                    return await answer
            except TimeoutError as error:
                raise CallTimeout(f"{action} was not answered in {self._timeout_s:g} s") from error
            finally:
                self._waiting.pop(unique_id, None)

    async def send(self, frame: list[Any]) -> None:
        """Send one frame; raises Offline."""
        await self.send_text(json.dumps(frame, separators=(",", ":")))

    async def send_text(self, text: str) -> None:
        """Send any text, well-formed or not; raises Offline."""
        if self.socket is None:
            raise Offline("The charger has no connection")
        try:
            await self.socket.send(text)
        except WebSocketException as error:
            raise Offline("The connection went away") from error
        self.sent += 1

    async def _dial(self) -> ClientConnection:
        headers = {}
        if password := self._password():
            credentials = base64.b64encode(f"{self._identity}:{password}".encode()).decode()
            headers["Authorization"] = f"Basic {credentials}"
        socket = await connect(
            self._url,
            subprotocols=[self._subprotocol],
            additional_headers=headers,
            ssl=self.tls,
            compression=None,
            proxy=None,
            ping_interval=None,
            open_timeout=30,
            close_timeout=2,
        )
        if socket.subprotocol != self._subprotocol:
            await socket.close()
            raise NegotiationError(f"The CSMS does not speak {self._subprotocol}")
        self.socket = socket
        return socket

    async def _keep_open(self, socket: ClientConnection | None) -> None:
        attempt = 0
        while True:
            try:
                if socket is None:
                    socket = await self._dial()
                    self._opened()
                async for text in socket:
                    attempt = 0
                    await self._receive(text)
            except (OSError, WebSocketException, TimeoutError) as error:
                self.last_error = error
            finally:
                self._gone(socket)
            socket = None
            await asyncio.sleep(_retry_delay_s(attempt))
            attempt += 1

    def _opened(self) -> None:
        self.last_error = None
        self._on_open()

    def _gone(self, socket: ClientConnection | None) -> None:
        if socket is None or self.socket is not socket:
            return
        self.socket = None
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(Offline("The connection went away before the answer"))
                answer.exception()  # looked at, lest asyncio complains of one that nobody waits for any more
        self._on_close()

    async def _receive(self, text: str | bytes) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            return
        match frame:
            case [2, str(unique_id), str(action), payload]:
                await self._on_call(unique_id, action, payload)
            case [3, str(unique_id), dict(payload)]:
                if (answer := self._waiting.get(unique_id)) and not answer.done():
                    answer.set_result(payload)
            case [4, str(unique_id), str(code), *rest]:
                if (answer := self._waiting.get(unique_id)) and not answer.done():
                    answer.set_exception(CallError(code, *rest[:2]))
            case _:
                return  # hardware writes such a frame to its log at best


def _retry_delay_s(attempt: int) -> float:
    """Seconds before the next attempt: doubling, with jitter, so that a fleet does not return all at once."""
    delay: float = min(FIRST_RETRY_S * 2 ** min(attempt, 10), LONGEST_RETRY_S)
    return delay * random.uniform(0.5, 1.5)  # noqa: S311
