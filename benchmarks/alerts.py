"""From a charger's fault frame to the notification in the hands of its transport.

Chargers at one real edge report faults, each at a site of its own so that each is an incident; a real worker and beat
do the rest; a web server and a mail server of this process are the channels they are told by. The time is from when a
frame was due to be sent until the server has read the request, or the letter, that tells of it. With `--storm` so many
other chargers lose the network and come back meanwhile, all at once, again and again.
"""

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from benchmarks import cpu, databases
from benchmarks.connections import edge
from benchmarks.crowd import Charger, all_of, allow_sockets, crowd
from benchmarks.receivers import Hook, Letters, Told, listening
from benchmarks.report import Goal, Report, percentile
from benchmarks.servers import ROOT
from benchmarks.storm import Victim

MOST_S = 2.0
WARM_UP = 5
GRACE_S = 60.0
STARTS_WITHIN_S = 240.0


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--rate", type=float, default=5.0, help="faults per second")
    parser.add_argument("--storm", type=int, default=0, help="further chargers that drop and come back meanwhile")


def measure(options: argparse.Namespace) -> Report:
    chargers = crowd(options.faults + WARM_UP, "FAULT")
    others = crowd(options.storm, "STORM")
    allow_sockets(len(chargers) + len(others))
    os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379/14")
    os.environ["NOTIFY_HOSTS"] = "127.0.0.1"
    hook, letters = Hook(), Letters()
    os.environ["EMAIL_URL"] = letters.url
    with databases.temporary("alerts") as url, contextlib.ExitStack() as started:
        os.environ["DATABASE_URL"] = url
        subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], cwd=ROOT, check=True)
        import django  # noqa: PLC0415 - once the settings name the new database

        django.setup()
        _empty_queue()
        started.enter_context(listening(hook))
        started.enter_context(listening(letters))
        _rows(chargers, others, hook.url)
        port, pid = started.enter_context(edge())
        worker = started.enter_context(_celery("worker", "--concurrency", "2", "-n", "worker@%h"))
        urgent = started.enter_context(_celery("worker", "--concurrency", "1", "--queues", "urgent", "-n", "urgent@%h"))
        beat = started.enter_context(_celery("beat", "--pidfile="))
        pids = {"edge": pid, "worker": worker, "urgent": urgent, "beat": beat}
        told = {"webhook": hook.told, "email": letters.told}
        load = Load(options, chargers, others, f"ws://127.0.0.1:{port}/ocpp", told)
        rows = asyncio.run(load.run(pids, url))
    return Report("alerts", rows, [goal for row in rows for goal in _goals(row, options.faults)])


def _goals(row: dict[str, Any], faults: int) -> list[Goal]:
    way = row["way"]
    return [
        Goal(f"{way}: p95 {row['p95 ms']:.0f} ms, at most {MOST_S * 1000:.0f} ms", 0 < row["p95 ms"] <= MOST_S * 1000),
        Goal(f"{way}: {row['told']} of {faults} told", row["told"] == faults),
        Goal(f"{way}: {row['doubles']} told twice, none", row["doubles"] == 0),
    ]


def _empty_queue() -> None:
    """What a run before has left would be worked off first."""
    from config.celery import app  # noqa: PLC0415 - once the settings name the new database

    app.control.purge()


@contextmanager
def _celery(role: str, *options: str) -> Iterator[int]:
    """A worker or beat as docker-compose.yml runs it; yields its pid."""
    command = [sys.executable, "-m", "celery", "-A", "config", role, "--loglevel", "WARNING", *options]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "LOG_LEVEL": "WARNING"}) as process:
        try:
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def _rows(chargers: list[Charger], others: list[Charger], url: str) -> None:
    """A site for each charger that faults, one for all others, and the channels of their organization."""
    from benchmarks.crowd_rows import fill  # noqa: PLC0415 - once Django is set up
    from monitoring.models import Channel  # noqa: PLC0415
    from monitoring.services import channels  # noqa: PLC0415
    from stations.models import Site, Station  # noqa: PLC0415

    fill([(charger.identity, charger.protocol) for charger in [*chargers, *others]])
    organization = Site.objects.get().organization
    for station in Station.objects.filter(identity__startswith="FAULT"):
        station.site = Site.objects.create(organization=organization, name=station.identity, latitude=52, longitude=13)
        station.save()
    hook = Channel(organization=organization, kind=Channel.Kind.WEBHOOK)
    channels.save(channel=hook, values={"name": "Hook", "most": 30_000}, url=url)
    letters = Channel(organization=organization, kind=Channel.Kind.EMAIL)
    channels.save(channel=letters, values={"name": "Desk", "most": 30_000, "addresses": "desk@bench.example"})


class Load:
    """The chargers at work: those that fault, and those that come and go."""

    def __init__(
        self,
        options: argparse.Namespace,
        chargers: list[Charger],
        others: list[Charger],
        url: str,
        told: dict[str, Told],
    ) -> None:
        self.options, self.url, self.told = options, url, told
        self.first, self.rest = chargers[:WARM_UP], chargers[WARM_UP:]
        self.victims = [Victim(charger, number, [url]) for number, charger in enumerate(others)]
        self.due: dict[str, float] = {}
        self.storms = 0

    async def run(self, pids: dict[str, int], database: str) -> list[dict[str, Any]]:
        """A row for each way by which people are told."""
        chargers = [*self.first, *self.rest]
        await all_of([partial(self._begin, charger, n) for n, charger in enumerate(chargers)], 50)
        await all_of([victim.begin for victim in self.victims], 50)
        for charger in self.first:
            await charger.call("StatusNotification", _status(charger, is_faulted=True))
        await self._until_told(self.first, STARTS_WITHIN_S)
        for way, told in self.told.items():
            if not {charger.identity for charger in self.first} <= told.at.keys():
                raise RuntimeError(f"By {way} {len(told.at)} of the first {WARM_UP} faults were told: no figure.")
        began = time.perf_counter() + 1
        storm = asyncio.create_task(self._storm())
        with cpu.Usage(pids, database) as usage:
            faults = (self._fault(one, began + n / self.options.rate) for n, one in enumerate(self.rest))
            await asyncio.gather(*faults)
            await self._until_told(self.rest, GRACE_S)
        storm.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await storm
        return [self._row(way, usage) for way in self.told]

    async def _begin(self, charger: Charger, number: int) -> None:
        await charger.connect(self.url, number)
        await charger.boot()
        await charger.call("StatusNotification", _status(charger, is_faulted=False))

    async def _fault(self, charger: Charger, at: float) -> None:
        await asyncio.sleep(at - time.perf_counter())
        self.due[charger.identity] = at
        await charger.call("StatusNotification", _status(charger, is_faulted=True))

    async def _storm(self) -> None:
        """All others lose the network and come back at once, again and again."""
        while self.victims:
            for victim in self.victims:
                victim.charger.drop()
            await all_of([victim.come_back for victim in self.victims], len(self.victims))
            self.storms += 1

    async def _until_told(self, chargers: list[Charger], seconds: float) -> None:
        """Until all of them were told of by every way, or that much time is over."""
        deadline = time.perf_counter() + seconds
        # The servers' threads know no event of this loop.
        names = {charger.identity for charger in chargers}
        while time.perf_counter() < deadline and not all(names <= told.at.keys() for told in self.told.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    def _row(self, way: str, usage: cpu.Usage) -> dict[str, Any]:
        told = self.told[way]
        took = [told.at[identity] - at for identity, at in self.due.items() if identity in told.at]
        return {
            "way": way,
            "faults": len(self.rest),
            "per second": self.options.rate,
            "others": len(self.victims),
            "storms": self.storms,
            "told": len(took),
            "doubles": told.doubles,
            "p50 ms": percentile(took, 50) * 1000,
            "p95 ms": percentile(took, 95) * 1000,
            "max ms": max(took, default=0) * 1000,
            "workers CPU-ms each": usage.per_thousand(len(self.rest), "worker", "urgent"),
            "database CPU-ms each": usage.per_thousand(len(self.rest), "database"),
        }


def _status(charger: Charger, *, is_faulted: bool) -> dict[str, Any]:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    status = "Faulted" if is_faulted else "Available"
    if charger.protocol == "ocpp1.6":
        code = "OverCurrentFailure" if is_faulted else "NoError"
        return {"connectorId": 1, "errorCode": code, "status": status, "timestamp": at}
    return {"evseId": 1, "connectorId": 1, "connectorStatus": status, "timestamp": at}
