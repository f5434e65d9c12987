"""Virtual chargers over real websockets against the real server, on the test database, and a person at its REST API."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from rest_framework.test import APIClient

from drivers.domain.roles import Role
from drivers.services import apikeys
from stations.simulator.charger import VirtualCharger
from stations.simulator.profile import Profile
from tests import factories
from tests.server import running, until


@pytest.fixture
def server(transactional_db):
    with running() as server:
        yield server


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


@pytest.fixture
def database():
    """`await database(function)` runs a query where queries may run; `await database.until(...)` waits for one."""

    def and_close(function, *arguments):
        # An open connection would keep the test database from being dropped.
        with closing(connection):
            return function(*arguments)

    async def run(function):
        return await sync_to_async(and_close)(function)

    async def wait(condition, what, seconds=60.0):
        # Not in the thread that the server in this process needs for what it asks of the database.
        return await sync_to_async(and_close, thread_sensitive=False)(until, condition, what, seconds)

    def at_once(function):
        """For the few places that cannot await."""
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(and_close, function).result()

    run.until = wait
    run.at_once = at_once
    return run


@pytest.fixture
def connect(server, make_station, database):
    """`connect("ocpp1.6", **profile)` is a virtual charger CP-1, its station known, not connected yet."""

    def make(protocol, *, station=(), **profile):
        database.at_once(lambda: make_station("CP-1", **dict(station)))
        habits = {"identity": "CP-1", "protocol": protocol, "id_tokens": ("CARD-1",), "reboot_s": 0.1}
        return VirtualCharger(Profile(**habits | profile), url=server.ocpp)

    return make


@dataclass
class Desk:
    """An operator of the depot's network at the REST API, through the whole of Django."""

    client: APIClient
    run: Any

    async def get(self, path):
        """The JSON at /api/v1/<path>."""
        return await self._done("get", path, None, {200})

    async def list(self, path):
        """The rows of a list."""
        return (await self.get(path))["results"]

    async def post(self, path, body, *, status=(200, 201, 202)):
        return await self._done("post", path, body, set(status))

    async def patch(self, path, body):
        return await self._done("patch", path, body, {200})

    async def delete(self, path):
        return await self._done("delete", path, None, {204})

    async def call(self, action, payload, *, wait=30, identity="CP-1"):
        """Send a raw CALL and wait for its outcome."""
        body = {"action": action, "payload": payload}
        return await self.post(f"stations/{identity}/calls/?wait={wait}", body)

    async def command(self, kind, *, wait=30, identity="CP-1", **values):
        """Send a version-neutral command and wait for its outcome."""
        return await self.post(f"stations/{identity}/commands/?wait={wait}", {"kind": kind, **values})

    async def download(self, path):
        """The bytes of a file at /api/v1/<path>."""

        def fetch():
            response = self.client.get(f"/api/v1/{path}")
            assert response.status_code == 200, (response.status_code, response)
            return b"".join(response.streaming_content) if response.streaming else response.content

        return await self.run(fetch)

    async def _done(self, verb, path, body, expected):
        send = getattr(self.client, verb)
        response = await self.run(lambda: send(f"/api/v1/{path}", body, format="json"))
        assert response.status_code in expected, (response.status_code, response.content.decode())
        return response.json() if response.content else None


@pytest.fixture
def desk(depot, database):
    person = factories.MembershipFactory(organization=depot.organization, role=Role.OPERATOR).user
    key = apikeys.issue(user=person, scopes=None).key
    return Desk(APIClient(headers={"Authorization": f"Bearer {key}"}), database)
