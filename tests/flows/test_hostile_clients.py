"""Hostile clients at a whole installation: it neither falls nor swells, and other chargers do not notice.

A few seconds with a fixed seed by default, beside other tests; `HOSTILE_SECONDS=60` for as long as it takes to be sure,
with nothing else running.
"""

import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import websockets

from tests.architecture.tree import ROOT
from tests.server import until

IS_LONG = "HOSTILE_SECONDS" in os.environ
SECONDS = float(os.environ.get("HOSTILE_SECONDS", "5"))
HOSTILE = [f"BAD-{number}" for number in range(6)]
# What each honest charger asks again and again: something answered at once, and something that has to be stored.
HONEST = {"GOOD-1": ("Heartbeat", {}), "GOOD-2": ("Heartbeat", {}), "GOOD-3": ("DataTransfer", {"vendorId": "x"})}
# So many answers of each are a measure of how it is without a siege.
ENOUGH = 100
# Full inboxes of a handful of clients have to fit in it.
MEMORY_MB = 150
# The machine works for the besiegers as well: an answer may take so many times longer, or so long; beside other tests
# nothing shorter can be told from their noise.
SLOWER = 12
SLOW_S = {"Heartbeat": 0.15, "DataTransfer": 0.5} if IS_LONG else {"Heartbeat": 5.0, "DataTransfer": 10.0}


def create(installation, identities):
    """Stations that need no password."""
    key = installation.api_key()
    _, sites = installation.call("GET", "sites/", key)
    for identity in identities:
        body = {"identity": identity, "site": sites["results"][0]["id"], "security_profile": 0}
        status, answer = installation.call("POST", "stations/", key, body)
        assert status == 201, answer


class Honest:
    """A charger that measures how long each of its answers takes."""

    def __init__(self, url, identity):
        self.address = f"{url}/{identity}"
        self.action, self.payload = HONEST[identity]
        self.times = []

    async def run(self):
        async with websockets.connect(self.address, subprotocols=["ocpp1.6"], proxy=None) as socket:
            number = 0
            while True:
                number += 1
                began = time.perf_counter()
                await socket.send(json.dumps([2, str(number), self.action, self.payload]))
                assert json.loads(await socket.recv())[:2] == [3, str(number)]
                self.times.append(time.perf_counter() - began)
                await asyncio.sleep(0.02)


def p99(chargers):
    """By action, in seconds."""
    by_action = {}
    for charger in chargers:
        by_action.setdefault(charger.action, []).extend(charger.times)
    return {action: statistics.quantiles(times, n=100)[98] for action, times in by_action.items()}


def resident_mb(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def until_each_has(chargers, count):
    """Wait until each of them has so many answers."""

    def are_there():
        return all(len(charger.times) >= count for charger in chargers)

    await asyncio.to_thread(until, are_there, "the honest chargers are answered", 120)


async def watch_memory(pid, seen):
    while True:
        seen.append(resident_mb(pid))
        await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def running(*coroutines):
    """The coroutines as tasks, cancelled at the end; whichever failed by itself fails the test."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        yield
        for task in tasks:
            assert not task.done(), task.exception()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def besiege(installation, pid):
    """The honest chargers with nobody else there, then under siege: p99 of both, memory, what the besiegers saw."""
    honest = [Honest(installation.ocpp, identity) for identity in HONEST]
    memory = []
    async with running(*(charger.run() for charger in honest), watch_memory(pid, memory)):
        await until_each_has(honest, ENOUGH)
        alone, before = p99(honest), memory[-1]
        siege = await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", "tests.flows.hostile", installation.ocpp, str(SECONDS)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        for charger in honest:
            charger.times = []
        output, _ = await siege.communicate()
        await until_each_has(honest, 2)
    assert siege.returncode == 0
    seen = json.loads(output)
    return seen | {"alone": alone, "besieged": p99(honest), "before": before, "peak": max(memory)}


async def still_serves(installation, identity):
    """Even the identity that misbehaved is served when it behaves."""
    async with websockets.connect(f"{installation.ocpp}/{identity}", subprotocols=["ocpp1.6"], proxy=None) as socket:
        await socket.send(json.dumps([2, "a", "Heartbeat", {}]))
        assert json.loads(await socket.recv())[:2] == [3, "a"]


def test_hostile_clients_harm_nobody_but_themselves(installation):
    create(installation, [*HONEST, *HOSTILE])
    edge = installation.processes["edge"]

    seen = asyncio.run(besiege(installation, edge.pid))

    print(seen)  # noqa: T201
    assert edge.poll() is None, installation.logs()
    assert seen["sent"] > 20 * SECONDS, "the siege was none"
    assert not seen["crashes"], seen["crashes"]
    assert seen["peak"] - seen["before"] < MEMORY_MB, seen
    for action, alone in seen["alone"].items():
        assert seen["besieged"][action] < max(SLOW_S[action], SLOWER * alone), seen
    asyncio.run(still_serves(installation, HOSTILE[0]))
    assert "lane.broken" not in installation.logs()
