"""A PostgreSQL and a Redis of a test's own, to be stopped, paused and killed as the real ones never may be."""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.server import until

START_S = 60


# Below those that the kernel gives to connections: none of them takes a port before its server does.
PORTS = range(20_000, 32_768)
# Datagram sockets with the numbers of our ports: they keep tests in other processes from taking the same.
_taken = []


def free_port():
    """A port of loopback for a server that is started later."""
    while True:
        port = random.choice(PORTS)  # noqa: S311
        claim = socket.socket(type=socket.SOCK_DGRAM)
        try:
            claim.bind(("127.0.0.1", port))
            with closing(socket.socket()) as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _taken.append(claim)
        return port


def program(name):
    """The path of a server's program; skips the test where it is not installed."""
    installed = [shutil.which(name), *sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)]
    found = next((path for path in installed if path), None)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return str(found)


def children_of(pid):
    """The processes whose parent is `pid`."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Service:
    """A server process with a directory of its own."""

    def __init__(self, name):
        self.port = free_port()
        self.directory = Path(tempfile.mkdtemp(prefix=f"busbar-{name}-"))
        self._log = (self.directory / "log").open("a")
        self._process = None

    def start(self):
        """Start it, or start it again; returns when it answers."""
        self._process = subprocess.Popen(self.command(), stdout=self._log, stderr=self._log)
        until(self._answers, f"{self.command()[0]} answers\n{self.log()}", START_S)

    def _answers(self):
        assert self._process.poll() is None, self.log()
        return self.answers()

    def stop(self, number=signal.SIGINT):
        """End it by a signal and wait until it has ended."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=START_S)
            self._process = None

    def log(self):
        return (self.directory / "log").read_text()[-3000:]

    def remove(self):
        """End it whatever state it is in, and all it has written."""
        if self._process is not None:
            self.resume()
            self.stop(signal.SIGTERM)
        self._log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def pause(self):
        """It holds its connections and answers nobody: a host that hangs."""
        for pid in (self._process.pid, *children_of(self._process.pid)):
            os.kill(pid, signal.SIGSTOP)

    def resume(self):
        for pid in (*children_of(self._process.pid), self._process.pid):
            os.kill(pid, signal.SIGCONT)


class Postgres(Service):
    """A cluster that anybody on loopback may use."""

    def __init__(self):
        self._postgres, initdb = program("postgres"), program("initdb")
        super().__init__("postgres")
        self.cluster = self.directory / "cluster"
        if os.getuid() == 0:
            self.directory.chmod(0o755)
            shutil.chown(self.directory, "postgres", "postgres")
        command = [*self.owner, initdb, "-D", self.cluster, "-U", "postgres", "--auth=trust", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, cwd=self.directory)

    @property
    def owner(self):
        """PostgreSQL refuses to run as root."""
        if os.getuid() != 0:
            return []
        return [program("setpriv"), "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    @property
    def url(self):
        return f"postgres://postgres@127.0.0.1:{self.port}/busbar"

    def command(self):
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self.cluster}"]
        # A killed server loses nothing that the machine has not lost.
        options.append("fsync=off")
        return [*self.owner, self._postgres, "-D", str(self.cluster), *(part for o in options for part in ("-c", o))]

    def answers(self):
        try:
            psycopg.connect(self.url.replace("/busbar", "/postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def restart(self, *, immediate=False):
        """Ends every connection at once; `immediate`: without a last checkpoint, so that it has to recover."""
        self.stop(signal.SIGQUIT if immediate else signal.SIGINT)
        self.start()


class Redis(Service):
    """Without persistence: what was in it is gone when it ends."""

    def __init__(self):
        self._redis = program("redis-server")
        super().__init__("redis")

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self):
        return [
            self._redis,
            *("--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--dir", str(self.directory)),
        ]

    def answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
