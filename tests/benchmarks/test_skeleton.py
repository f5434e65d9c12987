"""The pieces that all benchmarks share."""

import json
import os
import subprocess
import sys
import time

import psycopg
import pytest

from benchmarks import cpu
from benchmarks.databases import server_url, temporary
from benchmarks.report import Goal, Report, percentile
from tests.architecture.tree import ROOT


def test_a_report_is_a_table_and_a_line_of_json():
    rows = [{"way": "lanes", "messages/s": 7600.4, "p99 ms": 21.04}, {"way": "naive", "messages/s": 93, "p99 ms": None}]
    report = Report("ingest", rows, goals=[Goal("7,600 messages/s, at least 5,000", is_met=True)], machine="a machine")
    assert report.table().splitlines() == [
        "ingest: a machine",
        "",
        "way    messages/s  p99 ms",
        "lanes       7,600      21",
        "naive          93       –",
        "",
        "goal met     7,600 messages/s, at least 5,000",
    ]
    assert json.loads(report.json())["rows"] == rows


def test_a_percentile_of_few_values_is_one_of_them():
    assert (percentile([], 99), percentile([5.0], 50), percentile([3.0, 1.0, 2.0], 99)) == (0.0, 5.0, 3.0)


def test_the_work_of_a_process_and_its_children_is_counted():
    busy = "import subprocess, sys, time\nwhile time.process_time() < 0.2: pass\n"
    nested = f"{busy}subprocess.run([sys.executable, '-c', {busy!r}])\nsys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", nested], stdin=subprocess.PIPE) as process:
        with cpu.Usage({"busy": process.pid}) as usage:
            deadline = time.monotonic() + 60
            while cpu.of_process(process.pid) < 0.35 and time.monotonic() < deadline:
                time.sleep(0.02)
        process.stdin.close()
    assert usage.seconds["busy"] >= 0.3
    assert usage.per_thousand(500) == pytest.approx(usage.total * 2)


@pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="needs PostgreSQL")
def test_the_work_of_a_database_is_counted_even_if_its_connection_has_ended():
    with temporary("cpu") as url, cpu.Usage({}, url) as usage:
        database = psycopg.connect(url)
        database.execute("SELECT count(md5(n::text)) FROM generate_series(1, 2000000) n").fetchone()
        backend, deadline = database.info.backend_pid, time.monotonic() + 60
        # Its end is not seen: what counts is what the watcher has seen of it before.
        while usage._database._seen.get(backend, 0.0) <= 0.05 and time.monotonic() < deadline:
            time.sleep(0.02)
        database.close()
    assert usage.seconds["database"] > 0.05
    with psycopg.connect(server_url()) as server:
        name = url.rpartition("/")[2]
        assert server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None


def test_an_unknown_benchmark_is_refused_with_the_names_of_those_there_are():
    command = [sys.executable, "-m", "benchmarks", "nothing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "ingest" in done.stderr
