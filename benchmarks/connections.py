"""What a connected charger costs in memory, and how fast chargers connect.

Each connects, says that it has booted and sends a Heartbeat; then all are silent. In the same run: the same server
program with a consumer that stores nothing, and what 10,000 connections cost when their process dies.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import cpu, databases
from benchmarks.crowd import Charger, all_of, allow_sockets, crowd, stations
from benchmarks.report import Goal, Report, percentile
from benchmarks.servers import ROOT, free_port, running, uvicorn

MOST_KB = 70.0
LEAST_PER_S = 500.0
# They connect before the first look at the memory: what a process loads once is no charger's.
FIRST = 100
# Longer than the timers of a new conversation, and a round of pings.
SETTLE_S = 25.0
IDLE_S = 10.0


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chargers", type=int, default=2000)
    parser.add_argument("--settle", type=float, default=SETTLE_S, help="seconds of silence before memory is read")
    parser.add_argument("--at-once", type=int, default=200, help="chargers that connect at the same time")
    parser.add_argument("--only", action="store_true", help="Busbar alone, without what it is compared with")


def measure(options: argparse.Namespace) -> Report:
    allow_sockets(options.chargers + FIRST)
    with databases.temporary("connections") as url:
        os.environ["DATABASE_URL"] = url
        subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], cwd=ROOT, check=True)
        import django  # noqa: PLC0415 - once the settings name the new database

        django.setup()
        stations([*crowd(options.chargers), *crowd(FIRST, "FIRST")])
        rows = [_measure("Busbar", options, url)]
        sweep_s = _sweep()
        if not options.only:
            rows.append(_measure("server alone: a consumer that stores nothing", options, url))
    goals = [
        Goal(f"{rows[0]['kB each']:.0f} kB for each charger, at most {MOST_KB:.0f}", rows[0]["kB each"] <= MOST_KB),
        Goal(
            f"{rows[0]['connected/s']:.0f} connected/s, at least {LEAST_PER_S:.0f}",
            rows[0]["connected/s"] >= LEAST_PER_S,
        ),
    ]
    notes = [f"The {options.chargers} connections of a process that died were closed in {sweep_s:.1f} s."]
    return Report("connections", rows, goals, notes)


@contextmanager
def edge(**environment: str) -> Iterator[tuple[int, int]]:
    """One edge process as docker-compose.yml runs it; yields its port and its pid."""
    port = free_port()
    command = [sys.executable, "-m", "config.edge", "--port", str(port)]
    with running(command, {"EDGE_DRAIN_SECONDS": "0", **environment}, port) as process:
        yield port, process.pid


def _measure(way: str, options: argparse.Namespace, url: str) -> dict[str, Any]:
    is_busbar = way == "Busbar"
    server = edge() if is_busbar else uvicorn("benchmarks.baselines:application", {"BASELINE": "floor"})
    with server as (port, pid):
        found = asyncio.run(_connect(f"ws://127.0.0.1:{port}/ocpp", pid, options, url))
        if is_busbar:
            os.kill(pid, 9)
    return {"way": way, **found}


async def _connect(ocpp: str, pid: int, options: argparse.Namespace, url: str) -> dict[str, Any]:
    first = crowd(FIRST, "FIRST")
    await all_of([partial(_begin, charger, ocpp, n) for n, charger in enumerate(first)])
    await asyncio.sleep(options.settle)
    before_kb = memory_kb(pid)
    chargers = crowd(options.chargers)
    began = time.perf_counter()
    with cpu.Usage({"edge": pid}, url) as usage:
        took = await all_of(
            [partial(_begin, charger, ocpp, n) for n, charger in enumerate(chargers)],
            options.at_once,
        )
    seconds = time.perf_counter() - began
    await asyncio.sleep(options.settle)
    after_kb = memory_kb(pid)
    with cpu.Usage({"edge": pid}, url) as idle:
        await asyncio.sleep(IDLE_S)
    _all_stand([*first, *chargers])
    return {
        "chargers": len(chargers),
        "kB each": (after_kb - before_kb) / len(chargers),
        "connected/s": len(chargers) / seconds,
        "p99 ms": percentile(took, 99) * 1000,
        "edge CPU-ms each": usage.per_thousand(len(chargers), "edge"),
        "database CPU-ms each": usage.per_thousand(len(chargers), "database"),
        "idle CPU %": idle.total / IDLE_S * 100,
    }


async def _begin(charger: Charger, ocpp: str, number: int) -> None:
    await charger.connect(ocpp, number)
    await charger.boot()
    await charger.call("Heartbeat", {})


def _all_stand(chargers: Sequence[Charger]) -> None:
    fallen = [charger for charger in chargers if not charger.is_connected]
    if fallen:
        raise RuntimeError(f"{len(fallen)} of {len(chargers)} chargers were disconnected: no figure.")


def memory_kb(pid: int) -> int:
    """What the process keeps in memory, in kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def _sweep() -> float:
    """Close the connections that the killed process left, as the worker's task does; how long it took, in seconds."""
    from datetime import timedelta  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415

    from stations.services import connections  # noqa: PLC0415

    began, later = time.perf_counter(), timezone.now() + timedelta(minutes=1)
    while connections.close_orphans(now=later):
        pass
    return time.perf_counter() - began
