"""From a charger's fault frame to the notification in the hands of its transport.

Chargers at one real edge report faults, each at a site of its own so that each is an incident; a real worker and beat
do the rest; a web server of this process is the webhook they are told by. The time is from when a frame was due to be
sent until the server has read the request that tells of it.
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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import orjson

from benchmarks import cpu, databases
from benchmarks.connections import edge
from benchmarks.crowd import Charger, all_of, allow_sockets, crowd
from benchmarks.report import Goal, Report, percentile
from benchmarks.servers import ROOT

MOST_S = 2.0
WARM_UP = 5
GRACE_S = 60.0
STARTS_WITHIN_S = 240.0


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--rate", type=float, default=5.0, help="faults per second")


class Hook(ThreadingHTTPServer):
    """A webhook that notes when it was told of which station's fault."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.told: dict[str, float] = {}
        self.doubles = 0

    def note(self, message: dict[str, Any]) -> None:
        if message.get("kind") != "incident.opened":
            return
        for alert in message["alerts"]:
            self.doubles += alert["station"] in self.told
            self.told.setdefault(alert["station"], time.perf_counter())


class _Post(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        message = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.note(message)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        pass


def measure(options: argparse.Namespace) -> Report:
    chargers = crowd(options.faults + WARM_UP, "FAULT")
    allow_sockets(len(chargers))
    os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379/14")
    os.environ["NOTIFY_HOSTS"] = "127.0.0.1"
    with databases.temporary("alerts") as url, contextlib.ExitStack() as started:
        os.environ["DATABASE_URL"] = url
        subprocess.run([sys.executable, "manage.py", "migrate", "--noinput", "-v0"], cwd=ROOT, check=True)
        import django  # noqa: PLC0415 - once the settings name the new database

        django.setup()
        _empty_queue()
        hook = started.enter_context(_listening())
        _rows(chargers, f"http://127.0.0.1:{hook.server_address[1]}/hook")
        port, pid = started.enter_context(edge())
        worker = started.enter_context(_celery("worker", "--concurrency", "2"))
        beat = started.enter_context(_celery("beat", "--pidfile="))
        pids = {"edge": pid, "worker": worker, "beat": beat}
        row = asyncio.run(_load(options, chargers, f"ws://127.0.0.1:{port}/ocpp", hook, pids, url))
    goals = [
        Goal(f"p95 {row['p95 ms']:.0f} ms, at most {MOST_S * 1000:.0f} ms", 0 < row["p95 ms"] <= MOST_S * 1000),
        Goal(f"{row['told']} of {options.faults} told", row["told"] == options.faults),
        Goal(f"{row['doubles']} told twice, none", row["doubles"] == 0),
    ]
    return Report("alerts", [row], goals)


def _empty_queue() -> None:
    """What a run before has left would be worked off first."""
    from config.celery import app  # noqa: PLC0415 - once the settings name the new database

    app.control.purge()


@contextmanager
def _listening() -> Iterator[Hook]:
    hook = Hook()
    Thread(target=hook.serve_forever, daemon=True).start()
    try:
        yield hook
    finally:
        hook.shutdown()
        hook.server_close()


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


def _rows(chargers: list[Charger], url: str) -> None:
    """A site for each charger, and the webhook of their organization."""
    from benchmarks.crowd_rows import fill  # noqa: PLC0415 - once Django is set up
    from monitoring.models import Channel  # noqa: PLC0415
    from monitoring.services import channels  # noqa: PLC0415
    from stations.models import Site, Station  # noqa: PLC0415

    fill([(charger.identity, charger.protocol) for charger in chargers])
    organization = Site.objects.get().organization
    for station in Station.objects.all():
        station.site = Site.objects.create(organization=organization, name=station.identity, latitude=52, longitude=13)
        station.save()
    hook = Channel(organization=organization, kind=Channel.Kind.WEBHOOK)
    channels.save(channel=hook, values={"name": "Hook", "most": 30_000}, url=url)


async def _load(
    options: argparse.Namespace, chargers: list[Charger], url: str, hook: Hook, pids: dict[str, int], database: str
) -> dict[str, Any]:
    async def begin(charger: Charger, number: int) -> None:
        await charger.connect(url, number)
        await charger.boot()
        await charger.call("StatusNotification", _status(charger, is_faulted=False))

    await all_of([partial(begin, charger, n) for n, charger in enumerate(chargers)], 50)
    first, rest = chargers[:WARM_UP], chargers[WARM_UP:]
    for charger in first:
        await charger.call("StatusNotification", _status(charger, is_faulted=True))
    await _until(hook, first, STARTS_WITHIN_S)
    if not {charger.identity for charger in first} <= hook.told.keys():
        raise RuntimeError(f"The worker told of {len(hook.told)} of the first {WARM_UP} faults: no figure.")
    due: dict[str, float] = {}

    async def fault(charger: Charger, at: float) -> None:
        await asyncio.sleep(at - time.perf_counter())
        due[charger.identity] = at
        await charger.call("StatusNotification", _status(charger, is_faulted=True))

    began = time.perf_counter() + 1
    with cpu.Usage(pids, database) as usage:
        await asyncio.gather(*(fault(charger, began + n / options.rate) for n, charger in enumerate(rest)))
        await _until(hook, rest, GRACE_S)
    took = [hook.told[identity] - at for identity, at in due.items() if identity in hook.told]
    return {
        "faults": len(rest),
        "per second": options.rate,
        "told": len(took),
        "doubles": hook.doubles,
        "p50 ms": percentile(took, 50) * 1000,
        "p95 ms": percentile(took, 95) * 1000,
        "max ms": max(took, default=0) * 1000,
        "worker CPU-ms each": usage.per_thousand(len(rest), "worker"),
        "database CPU-ms each": usage.per_thousand(len(rest), "database"),
    }


async def _until(hook: Hook, chargers: list[Charger], seconds: float) -> None:
    """Until all of them were told of, or that much time is over."""
    deadline = time.perf_counter() + seconds
    # The hook's threads know no event of this loop.
    names = {charger.identity for charger in chargers}
    while time.perf_counter() < deadline and not names <= hook.told.keys():  # noqa: ASYNC110
        await asyncio.sleep(0.05)


def _status(charger: Charger, *, is_faulted: bool) -> dict[str, Any]:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    status = "Faulted" if is_faulted else "Available"
    if charger.protocol == "ocpp1.6":
        code = "OverCurrentFailure" if is_faulted else "NoError"
        return {"connectorId": 1, "errorCode": code, "status": status, "timestamp": at}
    return {"evseId": 1, "connectorId": 1, "connectorStatus": status, "timestamp": at}
