"""Flows: virtual chargers over real websockets against the real server, on the test database."""

from contextlib import closing

import pytest
from asgiref.sync import sync_to_async
from django.db import connection

from stations.simulator.charger import VirtualCharger
from stations.simulator.profile import Profile
from tests import factories
from tests.installation import Installation
from tests.server import running, until


@pytest.fixture
def server(transactional_db):
    with running() as server:
        yield server


@pytest.fixture
def installation(tmp_path):
    """A whole installation in processes of its own."""
    installation = Installation(tmp_path / "data")
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


@pytest.fixture
def depot(transactional_db):
    """A site whose organization knows the card `CARD-1`."""
    site = factories.SiteFactory()
    factories.IdTokenFactory(organization=site.organization, value="CARD-1")
    return site


@pytest.fixture
def make_station(depot):
    """A station that needs no password, by its identity."""
    return lambda identity, **fields: factories.StationFactory(
        site=depot, identity=identity, security_profile=0, **fields
    )


@pytest.fixture(params=["ocpp1.6", "ocpp2.0.1"])
def protocol(request):
    return request.param


@pytest.fixture
def charger(server, make_station, protocol):
    """A virtual charger of either version, not connected yet."""
    make_station("CP-1")
    profile = Profile(identity="CP-1", protocol=protocol, id_tokens=("CARD-1",), reboot_s=0.1)
    return VirtualCharger(profile, url=server.ocpp)


@pytest.fixture
def database():
    """`await database(function)` runs a query where queries may run; `await database.until(...)` waits for one."""

    def and_close(function, *arguments):
        # An open connection would keep the test database from being dropped.
        with closing(connection):
            return function(*arguments)

    async def run(function):
        return await sync_to_async(and_close)(function)

    async def wait(condition, what, seconds=15.0):
        return await sync_to_async(and_close)(until, condition, what, seconds)

    run.until = wait
    return run
