"""Real sockets that end together, alone, or with the server."""

import contextlib
import json
from datetime import timedelta

import pytest
import websockets
from django.utils import timezone

from drivers.domain.roles import Role
from monitoring.models import Drop
from monitoring.services import drops, provider_ranges
from stations import journal
from stations.domain.partings import Parting
from stations.models import Connection, EdgeProcess
from tests import factories
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


# All of 127.0.0.0/8 is loopback, so each site can have an address of its own, and each provider a network.
ROUTERS = {"north": "127.1.0.1", "south": "127.1.0.2", "east": "127.2.0.1", "west": "127.2.0.2"}
PROVIDERS = {"127.1.0.0/16": "Fibre", "127.2.0.0/16": "Cable"}


@pytest.fixture
def come(server):
    """`come("north")` connects both chargers of a site through its router."""

    async def connect(site):
        return [
            await websockets.connect(
                f"{server.ocpp}/{site}-{number}", subprotocols=["ocpp1.6"], local_addr=(ROUTERS[site], 0)
            )
            for number in range(2)
        ]

    return connect


@pytest.fixture
async def sites(depot, database, come):
    """The sockets of each site, connected for an hour."""

    def found():
        owner = factories.MembershipFactory(organization=depot.organization, role=Role.OWNER).user
        for pattern, name in PROVIDERS.items():
            provider_ranges.add(organization=depot.organization, pattern=pattern, name=name, by=owner)
        for name in ROUTERS:
            site = factories.SiteFactory(organization=depot.organization, name=name)
            for number in range(2):
                factories.StationFactory(site=site, identity=f"{name}-{number}", security_profile=0)

    await database(found)
    sockets = {name: await come(name) for name in ROUTERS}
    an_hour_ago = timezone.now() - timedelta(hours=1)
    await database(lambda: Connection.objects.update(opened_at=an_hour_ago))
    return sockets


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


async def test_sites_of_one_provider_that_drop_at_once_and_come_back_are_the_provider(sites, come, verdicts, database):
    for socket in (*sites["north"], *sites["south"]):
        socket.transport.abort()
    back = [*await come("north"), *await come("south")]
    assert await verdicts(4) == ["provider"] * 4
    found = await database(lambda: set(Drop.objects.values_list("provider", "lost", "stood", "cause")))
    assert found == {("Fibre", 4, 0, "provider:Fibre")}
    assert not await database(Drop.objects.filter(back_at=None).exists)
    assert all(socket.state is websockets.State.OPEN for socket in back)


async def test_one_site_of_a_provider_that_drops_and_comes_back_is_its_router(sites, come, verdicts, database):
    for socket in sites["north"]:
        socket.transport.abort()
    await come("north")
    assert await verdicts(2) == ["router"] * 2
    found = await database(lambda: set(Drop.objects.values_list("address", "lost", "stood")))
    assert found == {("127.1.0.1", 2, 0)}
