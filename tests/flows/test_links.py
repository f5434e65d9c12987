"""Pings and ends of real sockets."""

import asyncio
import json
from functools import partial

import pytest
import uvicorn
import websockets

from stations.domain.partings import Parting
from stations.models import Connection, LinkHour, Station
from stations.ocpp import edge


@pytest.fixture
def restless(monkeypatch):
    """Pings and flushes in tenths of seconds."""
    hasty = partial(uvicorn.Config, ws_ping_interval=0.1, ws_ping_timeout=0.4)
    monkeypatch.setattr(uvicorn, "Config", hasty)
    monkeypatch.setattr(edge, "MEASURE_S", 0.2)


async def test_pings_are_measured_without_a_message(restless, server, make_station, database):
    await database(lambda: make_station("CP-1"))
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]):
        await database.until(lambda: LinkHour.objects.filter(pings__gt=1).exists(), "pings are written")
    row = await database(LinkHour.objects.get)
    assert row.lost == 0
    assert 0 < row.rtt_sum_ms / row.pings <= row.rtt_max_ms < 400


async def test_a_charger_that_answers_no_ping_was_silent(restless, server, make_station, database):
    await database(lambda: make_station("CP-1"))
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]) as socket:
        socket.transport.pause_reading()
        await database.until(lambda: Connection.objects.exclude(closed_at=None).exists(), "it is given up")
    assert (await database(Connection.objects.get)).close_reason == Parting.SILENT
    await database.until(lambda: LinkHour.objects.filter(lost=1).exists(), "the lost ping is written")


async def test_a_close_and_a_cut_are_told_apart(server, make_station, database):
    await database(lambda: make_station("CP-1"))
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]):
        pass
    cut = await websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"])
    cut.transport.abort()
    await database.until(lambda: Connection.objects.exclude(closed_at=None).count() == 2, "both are over")
    reasons = await database(lambda: list(Connection.objects.order_by("pk").values_list("close_reason", flat=True)))
    assert reasons == [Parting.CHARGER, Parting.CUT]


async def test_the_sim_of_a_charger_is_kept(server, make_station, database):
    await database(lambda: make_station("CP-1"))
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]) as socket:
        boot = {"chargePointVendor": "V", "chargePointModel": "M", "iccid": "8949", "imsi": "262011234567890"}
        await socket.send(json.dumps([2, "a", "BootNotification", boot]))
        await asyncio.wait_for(socket.recv(), 10)
    station = await database(Station.objects.get)
    assert (station.iccid, station.imsi) == ("8949", "262011234567890")
