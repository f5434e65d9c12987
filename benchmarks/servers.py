"""A server process for the time of a measurement."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STARTS_WITHIN_S = 90
ENDS_WITHIN_S = 20


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def uvicorn(application: str, environment: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """The application in one process, behind the server class of the edge; yields its port and its pid."""
    port = free_port()
    options = ["--ws=config.websockets:ChargerSocket", "--ws-per-message-deflate=false", "--no-access-log"]
    command = [sys.executable, "-m", "uvicorn", application, "--port", str(port), "--log-level=warning", *options]
    with running(command, environment, port) as process:
        yield port, process.pid


@contextmanager
def running(command: list[str], environment: Mapping[str, str], port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """The command's process, once its port answers; ended at the end."""
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "LOG_LEVEL": "WARNING", **environment}) as server:
        try:
            _wait_for(port, server)
            yield server
        finally:
            _end(server)


def _end(server: "subprocess.Popen[bytes]") -> None:
    """Ask it to; nobody needs what it would still tidy up for longer."""
    server.terminate()
    try:
        server.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        server.kill()


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server did not start.")
