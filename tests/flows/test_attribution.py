"""Real sockets that end together, alone, or with the server."""

import contextlib
import json
from datetime import timedelta

import pytest
import websockets
from django.utils import timezone

from monitoring.models import Drop
from monitoring.services import drops
from stations import journal
from stations.domain.partings import Parting
from stations.models import Connection, EdgeProcess
from tests.line import Line
from tests.server import running

# Pings that go unanswered close a socket: 20 s between two, 20 s for an answer, and a slow machine.
SILENT_S = 90


@pytest.fixture
def chargers(make_station, database):
    """`chargers(server)`: three of one site behind one address, connected for an hour."""

    async def connect(server, url="", protocol="ocpp1.6"):
        await database(lambda: [make_station(f"CP-{number}") for number in range(3)])
        sockets = [
            await websockets.connect(f"{url or server.ocpp}/CP-{number}", subprotocols=[protocol], ping_interval=None)
            for number in range(3)
        ]
        an_hour_ago = timezone.now() - timedelta(hours=1)
        await database(lambda: Connection.objects.update(opened_at=an_hour_ago))
        return sockets

    return connect


@pytest.fixture
def verdicts(database):
    """`await verdicts(n)` waits until so many connections ended, and says whose doing it was."""

    def judged():
        while journal.deliver():
            pass
        # A living server renews its lease while the drop settles.
        EdgeProcess.objects.update(lease_until=timezone.now() + 2 * drops.SETTLED_AFTER)
        drops.judge(now=timezone.now() + drops.SETTLED_AFTER)
        return sorted(Drop.objects.values_list("culprit", flat=True))

    async def wait(count):
        closed = Connection.objects.exclude(closed_at=None)
        await database.until(lambda: closed.all().count() == count, "they are closed", SILENT_S)
        return await database(judged)

    return wait


async def test_three_behind_one_address_that_drop_at_once_are_the_router(server, chargers, verdicts):
    for socket in await chargers(server):
        socket.transport.abort()
    assert await verdicts(3) == ["router"] * 3


async def test_one_that_drops_alone_is_the_charger(server, chargers, verdicts):
    sockets = await chargers(server)
    sockets[0].transport.abort()
    assert await verdicts(1) == ["charger"]
    for socket in sockets[1:]:
        await socket.close()


async def test_a_server_that_stops_is_us(transactional_db, chargers, verdicts):
    with contextlib.ExitStack() as stack:
        await chargers(stack.enter_context(running()))
    assert await verdicts(3) == ["us"] * 3


async def test_a_router_that_falls_silent_closes_nothing_and_is_found_by_its_pings(
    server, chargers, verdicts, database
):
    host, port = server.address.split(":")
    with contextlib.closing(Line((host, int(port)))) as line:
        await chargers(server, f"ws://127.0.0.1:{line.port}/ocpp")
        line.cut()
        assert await verdicts(3) == ["router"] * 3
    found = await database(Drop.objects.first)
    assert (found.lost, found.stood, found.parting) == (3, 0, Parting.SILENT)


async def test_a_power_cut_is_known_by_how_the_chargers_boot(server, chargers, verdicts, database):
    for socket in await chargers(server, protocol="ocpp2.0.1"):
        socket.transport.abort()
    await database.until(lambda: Connection.objects.exclude(closed_at=None).count() == 3, "they are closed")
    async with contextlib.AsyncExitStack() as stack:
        for number in range(3):
            connecting = websockets.connect(f"{server.ocpp}/CP-{number}", subprotocols=["ocpp2.0.1"])
            socket = await stack.enter_async_context(connecting)
            told = {"reason": "PowerUp", "chargingStation": {"vendorName": "Acme", "model": "One"}}
            await socket.send(json.dumps([2, "boot", "BootNotification", told]))
            await socket.recv()
        assert await verdicts(3) == ["power"] * 3
