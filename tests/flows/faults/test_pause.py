"""A database that hangs, under load: nothing is closed, nothing grows without limit, and everything is stored."""

import asyncio
import contextlib
import itertools
import json
import os
import threading
import time
from pathlib import Path

import websockets

from tests.flows.faults import ledger
from tests.flows.faults.load import PATIENCE_S

# FAULT_SECONDS: how long the database hangs; beyond a charger's time-out its Heartbeats wait behind its own CALL.
PAUSE_S = float(os.environ.get("FAULT_SECONDS", "20"))
FLOODERS = 4
FLOOD = "FLOOD-"
BOOT = {"chargePointVendor": "Acme", "chargePointModel": "One"}
TRY_AGAIN_LATER = 1013
MIB = 1024 * 1024


def test_while_the_database_hangs_nobody_is_lost_and_memory_is_bounded(place, load, postgres):
    for number in range(FLOODERS):
        load.add_station(f"{FLOOD}{number}")
    load.await_progress()
    sockets = load.sockets
    before = memory(place)
    began = time.monotonic()
    try:
        codes = asyncio.run(flood(place, postgres))
        # Until then is what is tested: how long it hangs.
        threading.Event().wait(began + PAUSE_S - time.monotonic())
        ended, grown = time.monotonic(), memory(place) - before
    finally:
        postgres.resume()
    assert codes == [TRY_AGAIN_LATER] * FLOODERS
    assert grown < 250 * MIB
    beats = load.heartbeats_between(began, ended - 5)
    assert len(beats) > len(load.drivers)
    assert max(beats) < 5
    load.await_progress(12)
    ledger.check(load)
    assert load.sockets == sockets, "a healthy charger was thrown out"


def memory(place):
    """Bytes resident in the edges."""
    pages = sum(
        int(Path(f"/proc/{place.processes[name].pid}/statm").read_text().split()[1]) for name in place.edge_ports
    )
    return pages * os.sysconf("SC_PAGE_SIZE")


async def flood(place, postgres):
    """Pause the database, and then send large messages without waiting for answers until thrown out; the codes."""
    async with contextlib.AsyncExitStack() as stack:
        sockets = []
        for number in range(FLOODERS):
            url = f"{place.ocpp_of('edge-2')}/{FLOOD}{number}"
            socket = await stack.enter_async_context(websockets.connect(url, subprotocols=["ocpp1.6"], proxy=None))
            await socket.send(json.dumps([2, "boot", "BootNotification", BOOT]))
            await socket.recv()
            sockets.append(socket)
        postgres.pause()
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.gather(*(_flood(socket) for socket in sockets))


async def _flood(socket):
    value = {"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{"value": "100"}] * 2000}
    try:
        for number in itertools.count():
            await socket.send(json.dumps([2, str(number), "MeterValues", {"connectorId": 1, "meterValue": [value]}]))
            await asyncio.sleep(0.01)
    except websockets.ConnectionClosed as end:
        return end.rcvd and end.rcvd.code
