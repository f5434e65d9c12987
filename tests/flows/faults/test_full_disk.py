"""The disk of the frame log is full, for real: frames stand on a small file system of their own."""

import json
import os
import re
import shutil
import subprocess
import urllib.request
from contextlib import contextmanager

import psycopg
import pytest

from tests.flows.faults import ledger
from tests.flows.faults.conftest import METRICS_TOKEN
from tests.flows.faults.load import PATIENCE_S
from tests.server import until
from tests.services import program


@contextmanager
def small_disk(postgres):
    """A file system of a few megabytes that PostgreSQL may write to."""
    path = postgres.directory / "small"
    path.mkdir()
    mounted = subprocess.run(
        [program("mount"), "-t", "tmpfs", "-o", "size=8m", "tmpfs", path], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        (path / "frames").mkdir()
        if os.getuid() == 0:
            shutil.chown(path / "frames", "postgres", "postgres")
        yield path
    finally:
        subprocess.run([program("umount"), "--lazy", path], check=True)


@contextmanager
def frames_on(place, path):
    """Frames, empty, in a tablespace at `path`."""
    with psycopg.connect(place.environment["DATABASE_URL"], autocommit=True) as database:
        tables = [
            name
            for (name,) in database.execute("SELECT relid::regclass::text FROM pg_partition_tree('stations_frame')")
        ]
        database.execute("TRUNCATE stations_frame")
        database.execute(f"CREATE TABLESPACE small LOCATION '{path}'")
        for table in tables:
            database.execute(f"ALTER TABLE {table} SET TABLESPACE small")
        try:
            yield
        finally:
            database.execute("TRUNCATE stations_frame")
            for table in tables:
                database.execute(f"ALTER TABLE {table} SET TABLESPACE pg_default")
            database.execute("DROP TABLESPACE small")


def fill(path):
    """A file that leaves no room; removed, there is some again."""
    filler = path / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(65536))
        except OSError:
            return filler


def facts(place, kind):
    [(count,)] = place.query(f"SELECT count(*) FROM stations_fact WHERE kind = '{kind}'")  # noqa: S608
    return count


def newest_frame(place):
    [(newest,)] = place.query("SELECT max(id) FROM stations_frame")
    return newest


def test_no_room_for_frames_stops_the_recorder_with_an_alarm_and_nothing_else(place, load, postgres):
    with small_disk(postgres) as disk, frames_on(place, disk / "frames"):
        filler = fill(disk)
        until(lambda: facts(place, "recorder.stopped"), "the alarm is raised", PATIENCE_S)
        load.await_progress()
        # All is ready (200): what is missing is told all the same.
        warnings = [w for name in place.edge_ports for w in json.loads(_page(place, name, "readyz"))["warnings"]]
        assert any("keeps no frames" in warning for warning in warnings)
        until(lambda: any(_has_stopped(place, name) for name in place.edge_ports), "the metrics say so", PATIENCE_S)
        stopped = facts(place, "recorder.stopped")
        filler.unlink()
        until(lambda: facts(place, "recorder.resumed") >= stopped, "the recorder resumes", PATIENCE_S)
        newest = newest_frame(place)
        until(lambda: newest_frame(place) > newest, "frames are kept again", PATIENCE_S)
        ledger.check(load)


def _page(place, name, path):
    """A page of an edge."""
    url = f"http://127.0.0.1:{place.edge_ports[name]}/{path}"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return answer.read().decode()


def _has_stopped(place, name):
    return re.search(r'^busbar_recorder_stopped\{lane="[^"]+"\} 1', _page(place, name, "metrics"), re.MULTILINE)
