"""Commands over REST to chargers that are spread over several edge processes.

They come at an even rate, whatever becomes of the ones before. The time is that of whoever asks with `?wait=`: from the
request to the answer that tells what the charger said, which is stored by then.
"""

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from typing import Any

from benchmarks import cpu, databases
from benchmarks.connections import edge
from benchmarks.crowd import Charger, all_of, allow_sockets, crowd, stations
from benchmarks.report import Goal, Report, percentile
from benchmarks.servers import ROOT, free_port, running

MOST_S = 0.25
WAIT_S = 20
WARM_UP = 50


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chargers", type=int, default=1000)
    parser.add_argument("--commands", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=50.0, help="commands per second")
    parser.add_argument("--edges", type=int, default=2, help="edge processes")


def measure(options: argparse.Namespace) -> Report:
    allow_sockets(options.chargers)
    os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379/15")
    with databases.temporary("commands") as url, contextlib.ExitStack() as started:
        os.environ["DATABASE_URL"] = url
        subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], cwd=ROOT, check=True)
        import django  # noqa: PLC0415 - once the settings name the new database

        django.setup()
        stations(crowd(options.chargers))
        key = _key()
        edges = [started.enter_context(edge()) for _ in range(options.edges)]
        port = free_port()
        daphne = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port), "config.asgi:application"]
        portal = started.enter_context(running(daphne, {}, port))
        pids = {f"edge {number}": pid for number, (_, pid) in enumerate(edges, 1)} | {"portal": portal.pid}
        load = _load(options, [edge_port for edge_port, _ in edges], Portal(port, key), pids, url)
        row = asyncio.run(load)
    goal = Goal(f"p99 {row['p99 ms']:.0f} ms, at most {MOST_S * 1000:.0f} ms", row["p99 ms"] <= MOST_S * 1000)
    all_accepted = Goal(f"{row['accepted']} of {options.commands} accepted", row["accepted"] == options.commands)
    return Report("commands", [row], [goal, all_accepted])


def _key() -> str:
    """Of an operator of the chargers' network."""
    from drivers.domain.roles import Role  # noqa: PLC0415
    from drivers.models import Membership, Organization, User  # noqa: PLC0415
    from drivers.services import apikeys  # noqa: PLC0415

    person = User.objects.create_user(email="bench@bench.example", password=None)
    Membership.objects.create(organization=Organization.objects.get(), user=person, role=Role.OPERATOR)
    return str(apikeys.issue(user=person, scopes=None).key)


class Portal:
    """Its REST API, a connection for each request."""

    def __init__(self, port: int, key: str) -> None:
        self._port, self._key = port, key

    async def command(self, identity: str) -> str:
        """The state in which a command ends; the HTTP status where there is none."""
        body = b'{"kind":"clear_cache"}'
        head = (
            f"POST /api/v1/stations/{identity}/commands/?wait={WAIT_S} HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {self._key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(head.encode() + body)
        answer = await reader.read()
        writer.close()
        status, _, rest = answer.partition(b"\r\n")
        content = rest.partition(b"\r\n\r\n")[2]
        return str(json.loads(content)["state"]) if b" 20" in status else status.decode()


async def _load(
    options: argparse.Namespace, ports: list[int], portal: Portal, pids: dict[str, int], database: str
) -> dict[str, Any]:
    chargers = [Charger(charger.identity, charger.protocol, _accept) for charger in crowd(options.chargers)]

    async def begin(charger: Charger, number: int) -> None:
        await charger.connect(f"ws://127.0.0.1:{ports[number % len(ports)]}/ocpp", number)
        await charger.boot()

    await all_of([partial(begin, charger, n) for n, charger in enumerate(chargers)], 100)
    for number in range(WARM_UP):
        await portal.command(chargers[number % len(chargers)].identity)
    took: list[float] = []
    states: Counter[str] = Counter()

    async def command(number: int, due: float) -> None:
        await asyncio.sleep(due - time.perf_counter())
        states[await portal.command(chargers[number % len(chargers)].identity)] += 1
        # From when it was due: a client that is late itself is no excuse.
        took.append(time.perf_counter() - due)

    began = time.perf_counter() + 1
    with cpu.Usage(pids, database) as usage:
        await asyncio.gather(*(command(number, began + number / options.rate) for number in range(options.commands)))
    return {
        "chargers": len(chargers),
        "edges": len(ports),
        "commands": options.commands,
        "accepted": states["accepted"],
        "p50 ms": percentile(took, 50) * 1000,
        "p99 ms": percentile(took, 99) * 1000,
        "edges CPU-ms each": usage.per_thousand(options.commands, *(name for name in pids if name != "portal")),
        "portal CPU-ms each": usage.per_thousand(options.commands, "portal"),
        "database CPU-ms each": usage.per_thousand(options.commands, "database"),
    }


def _accept(charger: Charger, call: str) -> dict[str, str]:
    return {"status": "Accepted"}
