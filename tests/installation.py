"""A whole installation in processes of its own, to be used and killed as in the field.

Without DATABASE_URL it is the one-process run on SQLite; with DATABASE_URL and REDIS_URL portal, edge, worker and beat
run apart, on a database of their own beside the one named.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing
from datetime import UTC, datetime
from urllib.error import HTTPError
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.architecture.tree import ROOT
from tests.server import until

BIN = os.path.dirname(sys.executable)


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Installation:
    """Started empty but for the demo network; `stop` ends what is left and removes its database."""

    def __init__(self, data):
        self.data = data
        data.mkdir()
        self.portal_port = free_port()
        self.is_apart = "DATABASE_URL" in os.environ
        self.edge_port = free_port() if self.is_apart else self.portal_port
        self.environment = os.environ | {"DATA": str(data), "DJANGO_SETTINGS_MODULE": "config.settings"}
        self.processes = {}
        if self.is_apart:
            self._create_database()
            self.manage("migrate", "--noinput")
            self.manage("seed_demo")

    @property
    def ocpp(self):
        return f"ws://127.0.0.1:{self.edge_port}/ocpp"

    def start(self):
        """Start what does not run, and wait until it answers."""
        for name, command in self._commands().items():
            if name not in self.processes:
                log = (self.data / f"{name}.log").open("a")
                self.processes[name] = subprocess.Popen(
                    command, cwd=ROOT, env=self.environment | {"PORT": str(self.portal_port)}, stdout=log, stderr=log
                )
        for port in {self.portal_port, self.edge_port}:
            until(lambda port=port: self._is_healthy(port), f"port {port} is healthy\n{self.logs()}", 90)

    def _commands(self):
        if not self.is_apart:
            return {"edge": [sys.executable, "-m", "config.embedded"]}
        application = "config.asgi:application"
        return {
            "edge": [
                f"{BIN}/uvicorn",
                application,
                "--port",
                str(self.edge_port),
                "--ws=websockets-sansio",
                "--no-access-log",
            ],
            "portal": [f"{BIN}/daphne", "-p", str(self.portal_port), "-b", "127.0.0.1", application],
            "worker": [f"{BIN}/celery", "-A", "config", "worker", "--loglevel=WARNING", "--concurrency=1"],
            "beat": [f"{BIN}/celery", "-A", "config", "beat", "--loglevel=WARNING", "--pidfile=", "-s", self._beat],
        }

    @property
    def _beat(self):
        return str(self.data / "beat")

    def kill(self, name):
        """kill -9."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self):
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.is_apart:
            self._drop_database()

    def logs(self):
        return "\n".join(f"--- {log.name}\n{log.read_text()[-3000:]}" for log in self.data.glob("*.log"))

    def manage(self, *arguments):
        """The output of a management command."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    # --- REST ---

    def api_key(self, email="operator@demo.example"):
        return self.manage("apikey", email).splitlines()[-1]

    def call(self, method, path, key, body=None):
        """Status and JSON of a REST request."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.portal_port}/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=40) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read() or "null")
        except HTTPError as error:
            return error.code, json.loads(error.read() or "null")

    def _is_healthy(self, port):
        for name, process in self.processes.items():
            assert process.poll() is None, f"{name} has ended\n{self.logs()}"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    # --- Database ---

    def _create_database(self):
        base = urlsplit(os.environ["DATABASE_URL"])
        self.name = f"{base.path.strip('/')}_{self.portal_port}"
        self.server = urlunsplit(base._replace(path="/postgres"))
        self.environment["DATABASE_URL"] = urlunsplit(base._replace(path=f"/{self.name}"))
        with psycopg.connect(self.server, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{self.name}"')

    def _drop_database(self):
        with psycopg.connect(self.server, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def query(self, sql):
        """Rows, read past the application."""
        if self.is_apart:
            with psycopg.connect(self.environment["DATABASE_URL"]) as database:
                return database.execute(sql).fetchall()
        with closing(sqlite3.connect(self.data / "busbar.sqlite3", timeout=20)) as database:
            return database.execute(sql).fetchall()


def utc(value):
    """An instant as either database gives it."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
