"""The charger's end of a websocket, as far as benchmarks need it: a client that costs little disturbs little."""

import asyncio
import base64
import os
from urllib.parse import urlsplit

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Wire(asyncio.Protocol):
    """One socket after the other. What comes of it is told to `opened`, `refused` and `received`."""

    __slots__ = ("_buffer", "_is_open", "transport")

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._buffer = b""
        self._is_open = False

    def opened(self) -> None:
        """The handshake is through."""

    def refused(self, status: str) -> None:
        """The handshake was answered with another status line than that of a 101."""

    def received(self, opcode: int, payload: bytes) -> None:
        """A frame has come; pings are answered already."""

    def ask(self, url: str, identity: str, protocol: str) -> None:
        """Begin the handshake."""
        address = urlsplit(url)
        key = base64.b64encode(os.urandom(16)).decode()
        self._buffer, self._is_open = b"", False
        if self.transport is not None:
            self.transport.write(
                (
                    f"GET {address.path}/{identity} HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\n"
                    f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                    f"Sec-WebSocket-Protocol: {protocol}\r\n\r\n"
                ).encode()
            )

    def write(self, data: bytes, opcode: int = TEXT) -> None:
        """Send a frame, unless the socket is gone."""
        if self.transport is None:
            return
        # Masked with zeros, which changes nothing.
        size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
        self.transport.write(bytes([0x80 | opcode]) + size + bytes(4) + data)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not self._is_open:
            head, separator, rest = self._buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            status = head.partition(b"\r\n")[0]
            if b" 101 " not in status:
                self.refused(status.decode())
                return
            self._buffer, self._is_open = rest, True
            self.opened()
        while (frame := self._next_frame()) is not None:
            opcode, payload = frame
            if opcode == PING:
                self.write(payload, PONG)
            else:
                self.received(opcode, payload)

    def _next_frame(self) -> tuple[int, bytes] | None:
        data = self._buffer
        if len(data) < 2:
            return None
        length, start = data[1], 2
        if length == 126:
            length, start = int.from_bytes(data[2:4], "big"), 4
        if len(data) < start + length:
            return None
        self._buffer = data[start + length :]
        return data[0] & 15, data[start : start + length]
