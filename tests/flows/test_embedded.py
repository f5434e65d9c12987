"""The one-process installation, started as `make run` starts it: on an empty DATA, and then once more."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest

from stations.services.demo.network import STATIONS
from tests.architecture.tree import ROOT
from tests.services import free_port

# On a busy machine.
PATIENCE_S = 180
CHARGING = """
    SELECT COUNT(DISTINCT station_id) FROM stations_session WHERE ended_at IS NULL AND energy_wh > 0
"""
SEEDED = ("drivers_user", "drivers_organization", "drivers_membership", "drivers_idtoken", "stations_site")
# Of yesterday and before, whenever it is asked.
PAST = f"SELECT COUNT(*) FROM stations_session WHERE received_at < '{datetime.now(UTC):%Y-%m-%d}'"  # noqa: S608


@contextmanager
def _installation(data, port):
    """The running process; killed at the end if it has not ended by itself."""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    environment |= {"DATA": str(data), "PORT": str(port), "TLS_PORT": str(free_port())}
    environment |= {"DJANGO_SETTINGS_MODULE": "config.settings"}
    log = data.with_suffix(".log").open("a")
    process = subprocess.Popen(
        [sys.executable, "-m", "config.embedded"], cwd=ROOT, env=environment, stdout=log, stderr=log
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        log.close()


def _until(condition, seconds, what, process, data):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, data.with_suffix(".log").read_text()
        if condition():
            return
        time.sleep(0.1)
    pytest.fail(f"{what} within {seconds} s\n{data.with_suffix('.log').read_text()[-5000:]}")


def _is_healthy(port):
    def check():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    return check


def _count(data, sql):
    with closing(sqlite3.connect(data / "busbar.sqlite3", timeout=20)) as database:
        return database.execute(sql).fetchone()[0]


def _seeded(data):
    return {table: _count(data, f"SELECT COUNT(*) FROM {table}") for table in SEEDED}  # noqa: S608


def _stop(process, number=signal.SIGINT):
    process.send_signal(number)
    return process.wait(timeout=PATIENCE_S)


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="it is about one process on SQLite")
def test_a_fresh_installation_charges_stops_cleanly_and_finds_everything_again(tmp_path):
    data, port = tmp_path / "installation", free_port()
    log = data.with_suffix(".log")

    with _installation(data, port) as process:
        _until(_is_healthy(port), PATIENCE_S, "healthy", process, data)
        _until(lambda: _count(data, CHARGING) >= 12, PATIENCE_S, "twelve stations charge", process, data)
        _until(lambda: "done=90" in log.read_text(), PATIENCE_S, "the past is written", process, data)
        assert "operator@demo.example" in log.read_text()
        assert _stop(process) == 0
    first, past = _seeded(data), _count(data, PAST)
    assert past > 1000

    with _installation(data, port) as process:
        _until(_is_healthy(port), PATIENCE_S, "healthy", process, data)
        connected = "SELECT COUNT(*) FROM stations_station WHERE connection_id IS NOT NULL"
        _until(lambda: _count(data, connected) == len(STATIONS), PATIENCE_S, "all are connected", process, data)
        assert _stop(process, signal.SIGTERM) == 0

    assert _seeded(data) == first
    assert _count(data, PAST) == past
    assert _count(data, "SELECT COUNT(*) FROM stations_station") == len(STATIONS)
    assert "Traceback" not in log.read_text()


def test_a_port_in_use_is_said_in_words(tmp_path):
    with closing(socket.socket()) as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        with _installation(tmp_path / "second", taken.getsockname()[1]) as process:
            assert process.wait(timeout=PATIENCE_S) == 1
    log = (tmp_path / "second.log").read_text()
    assert "cannot be used" in log
    assert "Traceback" not in log
