"""How many meter values the one-process run stores on SQLite, and how fast its pages answer meanwhile.

The same chargers as in `ingest`. An operator opens a console page and a REST list over and over, and renames a station,
which waits for SQLite's one right to write; the demo network with its own chargers runs beside it as ever, and is not
counted.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from typing import Any

from benchmarks import cpu
from benchmarks.ingest import MESSAGES, fill
from benchmarks.report import Goal, Report, percentile
from benchmarks.servers import ROOT, free_port, running

LEAST_PER_S = 1000
# By name: the longest that 95 of 100 answers may take, in ms; method and path; what is sent.
REQUESTS: dict[str, tuple[int, str, str, dict[str, str] | None]] = {
    "console page": (100, "GET", "/console/stations/", None),
    "REST list": (100, "GET", "/api/v1/stations/", None),
    "REST write": (200, "PATCH", "/api/v1/stations/{station}/", {"name": "Renamed"}),
}


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chargers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each measurement")
    parser.add_argument("--warmup", type=float, default=3.0, help="seconds before each")


def measure(options: argparse.Namespace) -> Report:
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("REDIS_URL", None)
    rows = []
    with tempfile.TemporaryDirectory(prefix="busbar-bench-") as data:
        port = free_port()
        os.environ |= {"DATA": data, "PORT": str(port), "TLS_PORT": str(free_port())}
        fill(options.chargers, 0)
        station, headers = _operator()
        with running([sys.executable, "-m", "config.embedded"], {}, port) as server:
            for protocol in MESSAGES:
                rows.append(
                    _row(options, protocol, server.pid, port, _Visitor(f"http://127.0.0.1:{port}", station, headers))
                )
    return Report("embedded", rows, [goal for row in rows for goal in _goals(row)])


def _operator() -> tuple[str, dict[str, str]]:
    """A station of the demo network, and what makes its operator's requests theirs: in the console, and over REST."""
    from django.test import Client  # noqa: PLC0415 - once Django knows its database

    from drivers.models import User  # noqa: PLC0415
    from drivers.services import apikeys  # noqa: PLC0415
    from stations.models import Station  # noqa: PLC0415
    from stations.services.demo.seed import seed  # noqa: PLC0415

    organization = seed()
    person = User.objects.get(email="operator@demo.example")
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    station = Station.objects.filter(site__organization=organization).earliest("pk")
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    return station.identity, {"console": cookie, "api": f"Bearer {apikeys.issue(user=person, scopes=None).key}"}


def _row(options: argparse.Namespace, protocol: str, pid: int, port: int, visitor: "_Visitor") -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.chargers", f"ws://127.0.0.1:{port}/ocpp", protocol]
    sizes = [f"--{name}={getattr(options, name)}" for name in ("chargers", "warmup", "seconds")]
    with subprocess.Popen([*command, *sizes], cwd=ROOT, stdout=subprocess.PIPE, text=True) as client:
        output = iter(client.stdout or ())
        next(output)
        visitor.start()
        with cpu.Usage({"process": pid}) as usage:
            found = json.loads(next(output))
        visitor.stop()
    if found["refused"] or found["lost"]:
        raise RuntimeError(f"{found['refused']} messages were refused, {found['lost']} sockets lost: no figure.")
    return {
        "message": MESSAGES[protocol],
        "messages/s": found["messages"] / found["seconds"],
        "p50 ms": found["p50_ms"],
        "p99 ms": found["p99_ms"],
        "CPU-s/1,000": usage.per_thousand(int(found["messages"])),
        **{f"{name} p95 ms": percentile(visitor.took_s[name], 95) * 1000 for name in REQUESTS},
    }


def _goals(row: dict[str, Any]) -> list[Goal]:
    rate = row["messages/s"]
    goals = [Goal(f"{row['message']}: {rate:,.0f} messages/s, at least {LEAST_PER_S:,}", rate >= LEAST_PER_S)]
    for name, (longest_ms, *_) in REQUESTS.items():
        took = row[f"{name} p95 ms"]
        text = f"{row['message']}: {name} answers in {took:.0f} ms (p95), at most {longest_ms}"
        goals.append(Goal(text, 0 < took <= longest_ms))
    return goals


class _Visitor:
    """Makes the requests in turn, a few times a second. `took_s`: how long each answer took, by name."""

    def __init__(self, address: str, station: str, credentials: dict[str, str]) -> None:
        self.took_s: dict[str, list[float]] = {name: [] for name in REQUESTS}
        self._address = address
        self._station = station
        self._credentials = credentials
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._visit, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    def _visit(self) -> None:
        while not self._done.wait(0.1):
            for name in REQUESTS:
                request = self._request(name)
                began = time.perf_counter()
                with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                    answer.read()
                    if answer.url != request.full_url:
                        raise RuntimeError(f"{name} led to {answer.url}: the operator is not signed in.")
                self.took_s[name].append(time.perf_counter() - began)

    def _request(self, name: str) -> urllib.request.Request:
        _, method, path, body = REQUESTS[name]
        by_key = {"Authorization": self._credentials["api"], "Content-Type": "application/json"}
        headers = by_key if path.startswith("/api/") else {"Cookie": self._credentials["console"]}
        data = None if body is None else json.dumps(body).encode()
        url = self._address + path.format(station=self._station)
        return urllib.request.Request(url, data, headers, method=method)  # noqa: S310
