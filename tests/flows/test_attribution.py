"""Real sockets that end together, alone, or with the server."""

import contextlib
from datetime import timedelta

import pytest
import websockets
from django.utils import timezone

from monitoring.models import Drop
from monitoring.services import drops
from stations import journal
from stations.models import Connection, EdgeProcess
from tests.server import running


@pytest.fixture
def chargers(make_station, database):
    """`chargers(server)`: three of one site behind one address, connected for an hour."""

    async def connect(server):
        await database(lambda: [make_station(f"CP-{number}") for number in range(3)])
        sockets = [
            await websockets.connect(f"{server.ocpp}/CP-{number}", subprotocols=["ocpp1.6"]) for number in range(3)
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
        await database.until(lambda: Connection.objects.exclude(closed_at=None).count() == count, "they are closed")
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
