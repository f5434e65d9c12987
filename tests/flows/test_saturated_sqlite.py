"""On SQLite chargers that send all they can keep neither pages nor tasks waiting: writers take turns."""

import asyncio
import contextlib
import itertools
import json
import time
import urllib.request

import pytest
import websockets
from django.db import connection, transaction
from prometheus_client import REGISTRY

from drivers.models import Organization
from tests.server import until

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one writer at a time")

CHARGERS = 6
IN_FLIGHT = 40
ROUNDS = 10


def batches():
    return REGISTRY.get_sample_value("busbar_lane_batch_jobs_count")


def write():
    """How many batches were committed while one transaction waited for its turn."""
    before = batches()
    with transaction.atomic():
        passed = batches() - before
        Organization.objects.update(name="written")
    return passed


def page(server):
    """Seconds until a page that reads is there."""
    asked = time.monotonic()
    urllib.request.urlopen(f"{server.http}/", timeout=60).close()  # noqa: S310
    return time.monotonic() - asked


async def flood(server, number, answered):
    """Send without ever waiting for one answer alone."""
    meter_values = {"connectorId": 1, "meterValue": [{"timestamp": "2026-01-01T00:00:00Z", "sampledValue": []}]}
    url = f"{server.ocpp}/CP-{number}"
    async with websockets.connect(url, subprotocols=["ocpp1.6"], compression=None) as socket:
        for first in itertools.count(step=IN_FLIGHT):
            for value in range(first, first + IN_FLIGHT):
                meter_values["meterValue"][0]["sampledValue"] = [{"value": str(value)}]
                await socket.send(json.dumps([2, str(value), "MeterValues", meter_values]))
            for _ in range(IN_FLIGHT):
                await socket.recv()
            answered[number] += IN_FLIGHT


async def test_pages_and_tasks_have_their_turn_while_chargers_send_all_they_can(server, make_station, database):
    for number in range(CHARGERS):
        await database(lambda number=number: make_station(f"CP-{number}", protocol="ocpp1.6"))
    answered = [0] * CHARGERS
    floods = [asyncio.create_task(flood(server, number, answered)) for number in range(CHARGERS)]
    await asyncio.to_thread(until, lambda: all(answered), "the chargers are answered", 60)
    before = sum(answered)
    passed = [await database(write) for _ in range(ROUNDS)]
    pages = [await asyncio.to_thread(page, server) for _ in range(ROUNDS)]
    assert sum(answered) > before, "they sent all the time"
    for task in floods:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    # The batch that has the turn, and one that is not counted yet. Now and then a thread sleeps before it asks.
    assert sorted(passed)[ROUNDS // 2] <= 2
    # Far above what it takes: a page that waited for the lane to be idle would never come.
    assert sorted(pages)[ROUNDS // 2] < 10
