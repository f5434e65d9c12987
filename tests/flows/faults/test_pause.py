"""A database that hangs, under load: nothing is closed, nothing grows without limit, and everything is stored."""

import asyncio
import contextlib
import itertools
import json
import os
import time
from pathlib import Path

import websockets

from tests.flows.faults import ledger
from tests.flows.faults.load import PATIENCE_S

# FAULT_SECONDS: how long the database hangs; a minute in CI.
PAUSE_S = float(os.environ.get("FAULT_SECONDS", "20"))
FLOOD = [f"FLOOD-{number}" for number in range(4)]
# These say nothing but Heartbeat, each once the one before is answered: others' wait behind a CALL of their own.
PULSE = [f"PULSE-{number}" for number in range(6)]
PULSE_S = 0.2
BOOT = {"chargePointVendor": "Acme", "chargePointModel": "One"}
TRY_AGAIN_LATER = 1013
MIB = 1024 * 1024


def test_while_the_database_hangs_nobody_is_lost_and_memory_is_bounded(place, load, postgres):
    for identity in (*FLOOD, *PULSE):
        load.add_station(identity)
    load.await_progress()
    sockets = load.sockets
    grown, beats, codes = asyncio.run(hang(place, postgres))
    assert codes == [TRY_AGAIN_LATER] * len(FLOOD)
    assert grown < 250 * MIB
    for took in beats:
        assert len(took) > PAUSE_S
        assert max(took) < 5
    load.await_progress(12)
    ledger.check(load)
    assert load.sockets == sockets, "a healthy charger was thrown out"


async def hang(place, postgres):
    """Pause the database under a flood; bytes that the edges grew by, seconds of each Heartbeat, codes of closes."""
    async with contextlib.AsyncExitStack() as stack:
        edges = itertools.cycle(place.edge_ports)
        pulses = [await booted(stack, place.ocpp_of(next(edges)), identity) for identity in PULSE]
        floods = [await booted(stack, place.ocpp_of("edge-2"), identity) for identity in FLOOD]
        before, began = memory(place), time.monotonic()
        postgres.pause()
        try:
            beats = [asyncio.create_task(_beat(socket, began + PAUSE_S)) for socket in pulses]
            async with asyncio.timeout(PAUSE_S + PATIENCE_S):
                codes = await asyncio.gather(*(_flood(socket) for socket in floods))
                # Who is closed meanwhile ends it with that.
                took = await asyncio.gather(*beats)
                return memory(place) - before, took, codes
        finally:
            postgres.resume()


async def booted(stack, url, identity):
    """The socket of a charger that is accepted."""
    connecting = websockets.connect(f"{url}/{identity}", subprotocols=["ocpp1.6"], proxy=None)
    socket = await stack.enter_async_context(connecting)
    await socket.send(json.dumps([2, "boot", "BootNotification", BOOT]))
    assert json.loads(await socket.recv())[2]["status"] == "Accepted"
    return socket


async def _beat(socket, until):
    """Seconds that each Heartbeat took, from now until then (monotonic)."""
    took = []
    while (asked := time.monotonic()) < until:
        await socket.send(json.dumps([2, f"beat-{len(took)}", "Heartbeat", {}]))
        await socket.recv()
        took.append(time.monotonic() - asked)
        await asyncio.sleep(PULSE_S)
    return took


async def _flood(socket):
    """Send large messages without waiting for answers until thrown out; the code."""
    value = {"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{"value": "100"}] * 2000}
    try:
        for number in itertools.count():
            await socket.send(json.dumps([2, str(number), "MeterValues", {"connectorId": 1, "meterValue": [value]}]))
            await asyncio.sleep(0.01)
    except websockets.ConnectionClosed as end:
        return end.rcvd and end.rcvd.code


def memory(place):
    """Bytes resident in the edges."""
    pages = sum(
        int(Path(f"/proc/{place.processes[name].pid}/statm").read_text().split()[1]) for name in place.edge_ports
    )
    return pages * os.sysconf("SC_PAGE_SIZE")
