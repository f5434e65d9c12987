"""From the release before to this one: rows stay, and chargers stay connected to the old code meanwhile."""

import asyncio
import io
import os
import shutil
import socket
import subprocess
import sys
import tarfile
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.architecture.tree import ROOT
from tests.flows.test_kill import Client
from tests.installation import BIN
from tests.server import until
from tests.services import free_port

# The last migration that the release before has, and the first that it does not have.
LAST = "stations/migrations/0002_charger_edge.py"
FIRST = "stations/migrations/0003_time_series.py"
CHARGERS = [f"UP-{number}" for number in range(10)]

FILL = """
from django.utils import timezone
from drivers.models import Organization
from stations.models import *
now = timezone.now()
network = Organization.objects.create(name="Volta", slug="volta")
site = Site.objects.create(organization=network, name="Depot", latitude=0, longitude=0)
for number in range(10):
    station = Station.objects.create(site=site, identity=f"UP-{number}", security_profile=0)
    session = Session.objects.create(
        station=station, transaction_id=f"old-{number}", protocol="ocpp1.6", started_at=now,
        received_at=now, ended_at=now,
    )
    MeterSample.objects.create(station=station, session=session, at=now, received_at=now, energy_wh=number)
    Frame.objects.create(station=station, at=now, direction="in", body=b"[]")
"""

LOOK = """
from stations.models import *
print(Station.objects.count(), MeterSample.objects.filter(session__transaction_id__startswith="old-").count(),
    Frame.objects.filter(body=b"[]").count())
"""


def git(*arguments):
    done = subprocess.run([shutil.which("git") or "false", *arguments], cwd=ROOT, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else b""


@pytest.fixture(scope="module")
def old_code(tmp_path_factory):
    """The code of the release before, from the repository's history."""
    made_in = git("log", "--diff-filter=A", "--format=%H", "--", LAST).decode().split()
    archive = git("archive", made_in[-1]) if made_in else b""
    path = tmp_path_factory.mktemp("before")
    if archive:
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(path, filter="data")
    if not archive or (path / FIRST).exists():
        pytest.skip("the release before is not in this copy of the repository")
    return path


class Upgrade:
    """An installation whose commands are run by the old code or the new."""

    def __init__(self, old_code, data):
        self.old_code = old_code
        self.environment = os.environ | {"DATA": str(data), "DJANGO_SETTINGS_MODULE": "config.settings"}
        self.is_apart = "DATABASE_URL" in os.environ
        if self.is_apart:
            base = urlsplit(os.environ["DATABASE_URL"])
            self.name = f"{base.path.strip('/')}_upgrade_{free_port()}"
            self.server = urlunsplit(base._replace(path="/postgres"))
            self.url = self.environment["DATABASE_URL"] = urlunsplit(base._replace(path=f"/{self.name}"))
            self._administer(f'CREATE DATABASE "{self.name}"')

    def _administer(self, sql):
        with psycopg.connect(self.server, autocommit=True) as server:
            server.execute(sql)

    def end(self):
        if self.is_apart:
            self._administer(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def manage(self, *arguments, by):
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=by,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def old_edge(self, port, log):
        options = ["--port", str(port), "--ws=config.websockets:ChargerSocket"]
        command = [f"{BIN}/uvicorn", "config.asgi:application", *options]
        return subprocess.Popen(command, cwd=self.old_code, env=self.environment, stdout=log, stderr=log)


@pytest.fixture
def upgrade(old_code, tmp_path):
    upgrade = Upgrade(old_code, tmp_path / "data")
    try:
        upgrade.manage("migrate", "--noinput", by=old_code)
        upgrade.manage("shell", "-c", FILL, by=old_code)
        yield upgrade
    finally:
        upgrade.end()


def test_rows_of_the_release_before_are_there_after_migrating(upgrade):
    upgrade.manage("migrate", "--noinput", by=ROOT)
    assert upgrade.manage("shell", "-v0", "-c", LOOK, by=ROOT).split()[-3:] == ["10", "10", "10"]


@pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="only PostgreSQL is migrated while an edge runs")
async def test_chargers_stay_connected_to_the_old_code_while_the_new_one_migrates(upgrade, tmp_path):
    port = free_port()
    clients = [Client(f"ws://127.0.0.1:{port}/ocpp", identity) for identity in CHARGERS]

    def acknowledged():
        return sum(len(client.acknowledged) for client in clients)

    async def more(count):
        wanted = acknowledged() + count
        await asyncio.to_thread(
            until, lambda: acknowledged() >= wanted or any(task.done() for task in tasks), "there is load", 180
        )
        # A socket that closed, or an answer that was none, has ended its task.
        assert [task.exception() for task in tasks if task.done()] == []

    with (tmp_path / "edge.log").open("w") as log:
        edge = upgrade.old_edge(port, log)
        tasks = []
        try:
            await asyncio.to_thread(until, lambda: _listens(port), "the old edge listens", 120)
            tasks += [asyncio.create_task(client.charge()) for client in clients]
            await more(100)
            await asyncio.to_thread(upgrade.manage, "migrate", "--noinput", by=ROOT)
            await more(100)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            edge.terminate()
            edge.wait(60)
    with psycopg.connect(upgrade.url) as database:
        stored = database.execute(
            "SELECT identity, m.at FROM stations_metersample m JOIN stations_station s ON s.id = m.station_id"
            " WHERE m.energy_wh = 100"
        ).fetchall()
    assert len(stored) == len(set(stored))
    missing = {(client.url.rpartition("/")[2], at) for client in clients for at in client.acknowledged} - set(stored)
    assert missing == set()
    upgrade.manage("migrate", "--check", by=ROOT)


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
