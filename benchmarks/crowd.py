"""Many chargers in one process that cost little: for benchmarks in which most of them wait most of the time.

Each may have one CALL open, and answers what the server asks of it.
"""

import asyncio
import json
import resource
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from benchmarks.wire import CLOSE, TEXT, Wire

PROTOCOLS = ("ocpp1.6", "ocpp2.0.1")
BOOT: dict[str, dict[str, Any]] = {
    "ocpp1.6": {"chargePointVendor": "Bench", "chargePointModel": "One"},
    "ocpp2.0.1": {"reason": "PowerUp", "chargingStation": {"vendorName": "Bench", "model": "One"}},
}
ANSWER_WITHIN_S = 120.0
# One address has some 28,000 ports for itself.
ADDRESSES = 16
# Handshakes that are under way at once.
AT_ONCE = 500


class Refused(Exception):
    """The handshake was answered with another status than 101, or a CALL with a CALLERROR."""


class Lost(Exception):
    """The socket closed before the answer came."""


class Charger(Wire):
    """One charger and, between `connect` and the end of it, its socket. `close_code`: why the last one ended."""

    __slots__ = ("_count", "_handshake", "_open", "answer", "close_code", "identity", "protocol")

    def __init__(self, identity: str, protocol: str, answer: Callable[["Charger", str], Any] | None = None) -> None:
        super().__init__()
        self.identity = identity
        self.protocol = protocol
        # What the server's CALLs are answered with; they arrive as text.
        self.answer = answer
        self.close_code: int | None = None
        self._count = 0
        self._handshake: asyncio.Future[None] | None = None
        self._open: asyncio.Future[Any] | None = None

    @property
    def is_connected(self) -> bool:
        """Whether its socket stands."""
        return self.transport is not None and self._handshake is None

    async def connect(self, url: str, number: int = 0) -> None:
        """Open a socket at `url`, from the address that the number says. Raises Refused or OSError."""
        loop = asyncio.get_running_loop()
        address = urlsplit(url)
        self.close_code, self._handshake = None, loop.create_future()
        await loop.create_connection(
            lambda: self,
            address.hostname or "",
            address.port or 80,
            local_addr=(f"127.0.1.{1 + number % ADDRESSES}", 0),
        )
        self.ask(url, self.identity, self.protocol)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await self._handshake
        finally:
            self._handshake = None

    async def call(self, action: str, payload: dict[str, Any]) -> Any:
        """The payload of the answer to a CALL. Raises Refused, Lost or TimeoutError."""
        if not self.is_connected:
            raise Lost
        self._count += 1
        self._open = asyncio.get_running_loop().create_future()
        self.write(json.dumps([2, f"{self.identity}-{self._count}", action, payload]).encode())
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await self._open
        finally:
            self._open = None

    async def boot(self) -> Any:
        """Say that it has booted."""
        return await self.call("BootNotification", BOOT[self.protocol])

    def drop(self) -> None:
        """Lose the network: no close, no farewell."""
        if self.transport is not None:
            self.transport.abort()

    # --- Wire ---

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        for waiting in (self._handshake, self._open):
            if waiting is not None and not waiting.done():
                waiting.set_exception(Lost())

    def opened(self) -> None:
        if self._handshake is not None:
            self._handshake.set_result(None)

    def refused(self, status: str) -> None:
        if self._handshake is not None and not self._handshake.done():
            self._handshake.set_exception(Refused(status))
        self.drop()

    def received(self, opcode: int, payload: bytes) -> None:
        if opcode == TEXT and payload.startswith(b"[2,"):
            if self.answer is not None:
                message_id = json.loads(payload)[1]
                self.write(json.dumps([3, message_id, self.answer(self, payload.decode())]).encode())
        elif opcode == TEXT and self._open is not None and not self._open.done():
            message = json.loads(payload)
            if message[0] == 3:
                self._open.set_result(message[2])
            else:
                self._open.set_exception(Refused(payload.decode()))
        elif opcode == CLOSE:
            self.close_code = int.from_bytes(payload[:2], "big") or None
            self.write(payload, CLOSE)
            if self.transport is not None:
                self.transport.close()


def crowd(count: int, prefix: str = "CROWD") -> list[Charger]:
    """So many chargers, half of them 1.6 and half 2.0.1."""
    return [Charger(f"{prefix}-{number:05}", PROTOCOLS[number % len(PROTOCOLS)]) for number in range(count)]


async def all_of(work: Iterable[Callable[[], Awaitable[Any]]], at_once: int = AT_ONCE) -> list[float]:
    """Do all of it, so much at once; how long each took, in seconds."""
    gate = asyncio.Semaphore(at_once)

    async def one(do: Callable[[], Awaitable[Any]]) -> float:
        async with gate:
            began = time.perf_counter()
            await do()
            return time.perf_counter() - began

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(do)) for do in work]
    return [task.result() for task in tasks]


def allow_sockets(count: int) -> None:
    """Raise this process's limit of open files. Raises RuntimeError where the machine has too few."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < count + 200:
        raise RuntimeError(f"{count} chargers need as many open files, and this machine allows {hard} (ulimit -Hn).")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def stations(chargers: Sequence[Charger]) -> None:
    """Rows for them, in one site; the database is the one that the settings name."""
    from benchmarks.crowd_rows import fill  # noqa: PLC0415 - once Django is set up

    fill([(charger.identity, charger.protocol) for charger in chargers])
