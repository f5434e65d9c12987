"""A message that cannot be stored, among others that can."""

import asyncio

import psycopg
import pytest

from stations.simulator.charger import CallError, VirtualCharger
from stations.simulator.profile import Profile
from tests.flows.faults import ledger
from tests.flows.faults.load import TOKEN

POISON = "POISON"


@pytest.fixture
def poisoned(place):
    """The database refuses sessions of one card."""
    with psycopg.connect(place.environment["DATABASE_URL"], autocommit=True) as database:
        database.execute("ALTER TABLE stations_session ADD CONSTRAINT poison CHECK (id_token <> 'POISON') NOT VALID")
        yield
        database.execute("ALTER TABLE stations_session DROP CONSTRAINT poison")


def test_a_row_that_the_database_refuses_costs_only_its_own_message(place, load, poisoned):
    load.add_station("POISONER")
    sockets = load.sockets
    asyncio.run(_poison(place))
    assert load.sockets == sockets
    ledger.check(load)
    answered_with_errors = [call for driver in load.drivers for call in driver.charger.sent if call.error]
    assert [call for call in answered_with_errors if isinstance(call.error, CallError)] == []


async def _poison(place):
    profile = Profile(identity="POISONER", call_timeout_s=120)
    async with VirtualCharger(profile, url=place.ocpp_of("edge-2")) as charger:
        await charger.boot()
        start = {"connectorId": 1, "meterStart": 0, "timestamp": "2026-01-01T00:00:00Z"}
        for _ in range(5):
            with pytest.raises(CallError, match="InternalError"):
                await charger.call("StartTransaction", start | {"idTag": POISON})
        answer = await charger.call("StartTransaction", start | {"idTag": TOKEN})
        assert answer["idTagInfo"]["status"] == "Accepted"
