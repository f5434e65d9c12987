"""Where people are told, for a benchmark: a webhook and a mail server that note when they read of whose fault."""

import email
import re
import socketserver
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

import orjson

IDENTITY = re.compile(r"\bFAULT-\d+\b")


class Told:
    """When the fault of which station was told of first, and how many tellings were one too many."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        self.doubles = 0
        self._lock = Lock()

    def note(self, station: str, at: float) -> None:
        with self._lock:
            self.doubles += station in self.at
            self.at.setdefault(station, at)


class Hook(ThreadingHTTPServer):
    """A webhook."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.told = Told()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


class _Post(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        at = time.perf_counter()
        self.send_response(204)
        self.end_headers()
        message = orjson.loads(body)
        for alert in message["alerts"] if message.get("kind") == "incident.opened" else ():
            self.server.told.note(alert["station"], at)

    def log_message(self, *arguments: Any) -> None:
        pass


class Letters(socketserver.ThreadingTCPServer):
    """A mail server, as much of RFC 5321 as a client needs to hand over a letter. Read: with the end of its DATA."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Delivery)
        self.told = Told()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Delivery(socketserver.StreamRequestHandler):
    server: Letters

    def handle(self) -> None:
        self._say("220 benchmark")
        for line in self.rfile:
            verb = line.strip().upper()
            if verb == b"DATA":
                self._say("354 go on")
                letter = b"".join(iter(self.rfile.readline, b".\r\n"))
                at = time.perf_counter()
                self._say("250 kept")
                self._note(letter, at)
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _note(self, letter: bytes, at: float) -> None:
        body = email.message_from_bytes(letter, policy=default).get_body(("plain",))
        for station in set(IDENTITY.findall(body.get_content() if body else "")):
            self.server.told.note(station, at)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def listening(server: Hook | Letters) -> Iterator[None]:
    """It answers, in threads of this process."""
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
