"""The installation as it is run: what is asked of the portal reaches the charger, wherever its socket is."""

import asyncio

from stations.simulator.charger import VirtualCharger
from stations.simulator.profile import Profile
from tests.server import until


async def test_a_command_given_to_the_portal_reaches_the_charger_and_its_outcome_comes_back(installation):
    key = await asyncio.to_thread(installation.api_key)
    new = {"identity": "CP-1", "site": 1, "security_profile": 1, "password": "a long password"}
    status, _ = await asyncio.to_thread(installation.call, "POST", "stations/", key, new)
    assert status == 201
    profile = Profile(identity="CP-1", protocol="ocpp2.0.1", password="a long password")
    async with VirtualCharger(profile, url=installation.ocpp) as charger:
        await charger.boot()
        path = "stations/CP-1/commands/?wait=30"
        status, command = await asyncio.to_thread(installation.call, "POST", path, key, {"kind": "clear_cache"})
        assert (status, command["state"], command["result"]) == (200, "accepted", {"status": "Accepted"})
        path = "stations/CP-1/calls/?wait=30"
        body = {"action": "GetVariables", "payload": {"getVariableData": [UNKNOWN_VARIABLE]}}
        status, command = await asyncio.to_thread(installation.call, "POST", path, key, body)
        assert (status, command["action"]) == (200, "GetVariables")
        assert charger.received[-1].payload == body["payload"]
    await asyncio.to_thread(until, lambda: not is_connected(installation, key), "the station is offline")
    status, _ = await asyncio.to_thread(installation.call, "POST", path, key, body)
    assert status == 409


def is_connected(installation, key):
    return installation.call("GET", "stations/CP-1/", key)[1]["connected"]


UNKNOWN_VARIABLE = {"component": {"name": "NoSuchComponent"}, "variable": {"name": "NoSuchVariable"}}
