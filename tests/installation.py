"""A whole installation in processes of its own, to be used and killed as in the field.

Without DATABASE_URL it is the one-process run on SQLite; with DATABASE_URL and REDIS_URL portal, edge, worker and beat
run apart, on a database of their own beside the one named.
"""

import atexit
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from contextlib import closing, suppress
from datetime import UTC, datetime
from urllib.error import HTTPError
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests import migrated
from tests.architecture.tree import ROOT
from tests.server import until
from tests.services import children_of, free_port

BIN = os.path.dirname(sys.executable)
# By server: the name of a database with the demo network, and the directory of the keys that it is sealed with:
# further installations of this run begin with a copy.
_templates = {}


class Installation:
    """Started empty but for the demo network; `stop` ends what is left and removes its database.

    `environment`: set for its processes beside this one's own, such as the addresses of other servers. `edges`: how
    many edge processes, each on a port of its own, named edge, edge-2 and so on; `workers` likewise. `launcher`: a
    command that runs another, put before each of its processes.
    """

    def __init__(self, data, *, edges=1, workers=1, launcher=(), **environment):
        self.data = data
        self.launcher = launcher
        data.mkdir()
        self.portal_port = free_port()
        own = {"DATA": str(data), "TLS_PORT": str(free_port()), "DJANGO_SETTINGS_MODULE": "config.settings"}
        self.environment = os.environ | environment | own
        self.is_apart = "DATABASE_URL" in self.environment
        names = ["edge", *(f"edge-{number}" for number in range(2, edges + 1))]
        self.workers = ["worker", *(f"worker-{number}" for number in range(2, workers + 1))]
        self.edge_ports = {name: free_port() if self.is_apart else self.portal_port for name in names}
        self.processes = {}
        if self.is_apart:
            self._create_database()
        else:
            migrated.copy_to(data / "busbar.sqlite3")

    @property
    def edge_port(self):
        return self.edge_ports["edge"]

    @property
    def ocpp(self):
        return self.ocpp_of("edge")

    def ocpp_of(self, name):
        """Where chargers connect to one of several edges."""
        return f"ws://127.0.0.1:{self.edge_ports[name]}/ocpp"

    def start(self):
        """Start what does not run, and wait until it answers."""
        for name, command in self._commands().items():
            if name not in self.processes:
                log = (self.data / f"{name}.log").open("a")
                environment = self.environment | {"PORT": str(self.portal_port)}
                self.processes[name] = subprocess.Popen(
                    [*self.launcher, *command], cwd=ROOT, env=environment, stdout=log, stderr=log
                )
        for port in {self.portal_port, *self.edge_ports.values()}:
            until(lambda port=port: self._is_healthy(port), f"port {port} is healthy\n{self.logs()}", 240)

    def _commands(self):
        if not self.is_apart:
            return {"edge": [sys.executable, "-m", "config.embedded"]}
        application = "config.asgi:application"
        celery, quiet = [f"{BIN}/celery", "-A", "config"], ["--loglevel=WARNING"]
        return {
            **{
                name: [sys.executable, "-m", "config.edge", "--port", str(port)]
                for name, port in self.edge_ports.items()
            },
            "portal": [f"{BIN}/daphne", "-p", str(self.portal_port), "-b", "127.0.0.1", application],
            **{name: [*celery, "worker", *quiet, "--concurrency=1", "-n", f"{name}@%h"] for name in self.workers},
            "beat": [*celery, "beat", *quiet, "--pidfile=", "-s", str(self.data / "beat")],
        }

    def kill(self, name):
        """kill -9, of what it has forked too."""
        process = self.processes.pop(name)
        for pid in (process.pid, *children_of(process.pid)):
            os.kill(pid, signal.SIGKILL)
        process.wait()

    def terminate(self, name):
        """SIGTERM; returns the process, which takes its time to end."""
        process = self.processes.pop(name)
        process.terminate()
        return process

    def stop(self):
        for process in self.processes.values():
            process.terminate()
            # Twice: nobody waits for chargers to take their leave.
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
            with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
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
        base = urlsplit(self.environment["DATABASE_URL"])
        self.name = f"{base.path.strip('/')}_{self.portal_port}"
        self.server = urlunsplit(base._replace(path="/postgres"))
        self.environment["DATABASE_URL"] = urlunsplit(base._replace(path=f"/{self.name}"))
        if self.server in _templates:
            template, keys = _templates[self.server]
            _copy_database(self.server, template, self.name)
            shutil.copytree(keys, self.data / "keys")
            return
        _copy_database(self.server, migrated.template_on(self.server), self.name)
        self.manage("seed_demo")
        template, keys = f"{self.name}_template", tempfile.mkdtemp(prefix="busbar-keys-")
        _copy_database(self.server, self.name, template)
        # None where the environment has them.
        (self.data / "keys").mkdir(exist_ok=True)
        shutil.copytree(self.data / "keys", keys, dirs_exist_ok=True)
        _templates[self.server] = template, keys
        atexit.register(_forget_template, self.server)

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


def _copy_database(server, source, name):
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')


def _forget_template(server):
    template, keys = _templates.pop(server)
    shutil.rmtree(keys)
    # A server of a test's own has gone with all its databases.
    with suppress(psycopg.OperationalError), psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{template}"')


def utc(value):
    """An instant as either database gives it."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
