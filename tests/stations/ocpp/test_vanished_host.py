"""The database's host vanishes: no packet comes from it any more, and no word that it is gone."""

import asyncio
import json
import time
from contextlib import closing

import pytest
import websockets
from asgiref.sync import sync_to_async
from django.db import connection

from stations.models import Frame
from stations.ocpp import edge, lanes
from stations.ocpp.lanes import Lane
from stations.services.flush import NewFrame
from tests.factories import StationFactory
from tests.line import Line
from tests.server import until

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no host")

# tcp_user_timeout and the keepalives of config/env.py, and what a slow machine takes beside.
NOTICED_S = 25 + 15


@pytest.fixture
def line(transactional_db, monkeypatch):
    """What lanes reach the database by."""
    address = connection.settings_dict["HOST"], int(connection.settings_dict["PORT"] or 5432)
    leave_the_pool = lanes._leave_the_pool
    line = Line(address)

    def use_the_line():
        leave_the_pool()
        connection.settings_dict |= {"HOST": "127.0.0.1", "PORT": line.port}

    monkeypatch.setattr(lanes, "_leave_the_pool", use_the_line)
    with closing(line):
        yield line


@pytest.fixture
def station(transactional_db):
    with closing(connection):
        yield StationFactory()


@pytest.fixture
async def lane(line, station):
    lane = Lane("lane-test", asyncio.get_running_loop())
    yield lane
    await lane.stop()


async def test_a_batch_that_it_vanishes_under_is_stored_once_when_it_is_back(line, lane, station):
    """What the batch had locked is free again as soon, though nobody told PostgreSQL that the lane had gone."""
    runs = []

    def job(work):
        runs.append(len(runs))
        work.frames.append(NewFrame(station_id=station.pk, at=work.now, direction="in", message_id="a", body=b"[]"))
        if len(runs) == 1:
            line.cut()

    stored = lane.submit(station.pk, job)
    await asyncio.to_thread(until, lambda: lane.failing_since, "the lane notices", NOTICED_S)
    line.mend()
    await asyncio.wait_for(stored, lanes.OUTAGE_LIMIT_S + 10)
    assert await sync_to_async(Frame.objects.filter(message_id="a").count)() == 1


async def test_a_charger_keeps_its_socket_and_gets_its_answers_when_it_is_back(line, server, make_station, database):
    await database(lambda: make_station("CP-1"))
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"], proxy=None) as socket:
        await ask(socket, "BootNotification", {"chargePointVendor": "Acme", "chargePointModel": "One"})
        line.cut()
        value = {"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{"value": "1"}]}
        await socket.send(json.dumps([2, "m", "MeterValues", {"connectorId": 1, "meterValue": [value]}]))
        began = time.monotonic()
        await asyncio.to_thread(until, is_noticed, "the lane notices", NOTICED_S)
        assert time.monotonic() - began > 1, "it was no loss of packets"
        await ask(socket, "Heartbeat", {})
        line.mend()
        assert json.loads(await asyncio.wait_for(socket.recv(), lanes.OUTAGE_LIMIT_S + 10)) == [3, "m", {}]
    assert await database(Frame.objects.filter(message_id="m", direction="in").count) == 1


def is_noticed():
    return any(lane.failing_since for running in edge.running() for lane in running.lanes)


async def ask(socket, action, payload):
    await socket.send(json.dumps([2, action, action, payload]))
    assert json.loads(await asyncio.wait_for(socket.recv(), 60))[:2] == [3, action]
