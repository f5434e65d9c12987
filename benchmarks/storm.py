"""A network that comes back: all chargers connect at once and tell what they have missed.

Each boots, reports two connectors and resumes its session with queued messages. Meanwhile chargers that were connected
all the time send Heartbeats.
"""

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks import cpu, databases
from benchmarks.connections import edge
from benchmarks.crowd import Charger, Lost, Refused, all_of, allow_sockets, crowd, stations
from benchmarks.report import Goal, Report, percentile
from benchmarks.servers import ROOT

MOST_S = 60.0
MOST_HEARTBEAT_S = 1.0
STEADY = 100
QUEUED = 5
BEAT_S = 1.0
BACK_OFF_S = 1.0
BEGIN = datetime.now(UTC) - timedelta(hours=1)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chargers", type=int, default=1000)
    parser.add_argument("--edges", type=int, default=2, help="edge processes")


def measure(options: argparse.Namespace) -> Report:
    allow_sockets(options.chargers + STEADY)
    os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379/15")
    with databases.temporary("storm") as url, contextlib.ExitStack() as running:
        os.environ["DATABASE_URL"] = url
        subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], cwd=ROOT, check=True)
        import django  # noqa: PLC0415 - once the settings name the new database

        django.setup()
        stations([*crowd(options.chargers), *crowd(STEADY, "STEADY")])
        edges = [running.enter_context(edge()) for _ in range(options.edges)]
        found = asyncio.run(
            _storm([f"ws://127.0.0.1:{port}/ocpp" for port, _ in edges], [pid for _, pid in edges], options, url)
        )
        found |= _stored(options.chargers)
    goals = [
        Goal(f"all settled after {found['settled s']:.1f} s, at most {MOST_S:.0f} s", found["settled s"] <= MOST_S),
        Goal(f"{found['refused']} handshakes refused, none", found["refused"] == 0),
        Goal(
            f"Heartbeat p99 {found['heartbeat p99 ms']:.0f} ms meanwhile, at most {MOST_HEARTBEAT_S * 1000:.0f} ms",
            found["heartbeat p99 ms"] <= MOST_HEARTBEAT_S * 1000,
        ),
        Goal(
            f"{found['sessions lost']} sessions and {found['messages lost']} messages lost, none",
            found["sessions lost"] == found["messages lost"] == 0,
        ),
    ]
    return Report("storm", [{"way": f"{options.edges} edges", **found}], goals)


class Victim:
    """A charger with a session that goes on while the network is away."""

    def __init__(self, charger: Charger, number: int, urls: list[str]) -> None:
        self.charger, self.number, self.urls = charger, number, urls
        self.transaction_id: Any = None
        self.refused = self.tries = 0

    @property
    def _is_16(self) -> bool:
        return self.charger.protocol == "ocpp1.6"

    async def begin(self) -> None:
        """Connect, boot, begin a session."""
        await self._connect()
        await self.charger.boot()
        await self._report()
        if self._is_16:
            start = {"connectorId": 1, "idTag": "X", "meterStart": 0, "timestamp": _at(0)}
            self.transaction_id = (await self.charger.call("StartTransaction", start))["transactionId"]
        else:
            self.transaction_id = f"storm-{self.number}"
            await self.charger.call("TransactionEvent", self._event(0, "Started", "CablePluggedIn"))

    async def come_back(self) -> None:
        """Connect again, boot, report, and tell what was queued."""
        await self._connect()
        await self.charger.boot()
        await self._report()
        for number in range(1, QUEUED + 1):
            if self._is_16:
                await self.charger.call("MeterValues", self._meter_values(number))
            else:
                await self.charger.call("TransactionEvent", self._event(number, "Updated", "MeterValuePeriodic"))

    async def _connect(self) -> None:
        while True:
            try:
                await self.charger.connect(self.urls[self.number % len(self.urls)], self.number)
                return
            except (Refused, Lost, OSError):
                self.refused += 1
                await asyncio.sleep(BACK_OFF_S)

    async def _report(self) -> None:
        for connector in (1, 2):
            if self._is_16:
                status: dict[str, Any] = {"connectorId": connector, "errorCode": "NoError", "status": "Available"}
            else:
                status = {"evseId": connector, "connectorId": 1, "connectorStatus": "Available", "timestamp": _at(0)}
            await self.charger.call("StatusNotification", status)

    def _meter_values(self, number: int) -> dict[str, Any]:
        value = {"timestamp": _at(number), "sampledValue": [{"value": str(100 * number)}]}
        return {"connectorId": 1, "transactionId": self.transaction_id, "meterValue": [value]}

    def _event(self, number: int, kind: str, reason: str) -> dict[str, Any]:
        return {
            "eventType": kind,
            "timestamp": _at(number),
            "triggerReason": reason,
            "seqNo": number,
            "transactionInfo": {"transactionId": self.transaction_id},
            "evse": {"id": 1, "connectorId": 1},
            "meterValue": [{"timestamp": _at(number), "sampledValue": [{"value": 100 * number}]}],
            "offline": number > 0,
        }


def _at(minute: int) -> str:
    return (BEGIN + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")


async def _storm(urls: list[str], pids: list[int], options: argparse.Namespace, database: str) -> dict[str, Any]:
    victims = [Victim(charger, number, urls) for number, charger in enumerate(crowd(options.chargers))]
    steady = [Victim(charger, number, urls) for number, charger in enumerate(crowd(STEADY, "STEADY"))]
    await all_of([one.begin for one in [*steady, *victims]], 200)
    for victim in victims:
        victim.charger.drop()
        victim.refused = 0
    beats: list[float] = []
    beating = [asyncio.create_task(_beat(one.charger, beats)) for one in steady]
    began = time.perf_counter()
    with cpu.Usage({f"edge {pid}": pid for pid in pids}, database) as usage:
        took = await all_of([victim.come_back for victim in victims], len(victims))
    settled_s = time.perf_counter() - began
    for task in beating:
        task.cancel()
    outcomes = await asyncio.gather(*beating, return_exceptions=True)
    broken = [outcome for outcome in outcomes if not isinstance(outcome, asyncio.CancelledError)]
    if broken:
        raise RuntimeError(
            f"{len(broken)} chargers that were connected all the time lost their connection: {broken[0]!r}"
        )
    return {
        "chargers": len(victims),
        "settled s": settled_s,
        "p50 s": percentile(took, 50),
        "refused": sum(victim.refused for victim in victims),
        "heartbeat p99 ms": percentile(beats, 99) * 1000,
        "CPU-ms each": usage.total / len(victims) * 1000,
    }


async def _beat(charger: Charger, took: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await charger.call("Heartbeat", {})
        took.append(time.perf_counter() - began)
        await asyncio.sleep(BEAT_S)


def _stored(chargers: int) -> dict[str, Any]:
    """Of the sessions and their queued messages, those that are not there."""
    from django.db.models import Count  # noqa: PLC0415

    from stations.models import Session  # noqa: PLC0415

    kept = Session.objects.filter(station__identity__startswith="CROWD", ended_at=None)
    samples = kept.aggregate(count=Count("samples"))["count"]
    return {"sessions lost": chargers - kept.count(), "messages lost": max(0, chargers * QUEUED - samples)}
