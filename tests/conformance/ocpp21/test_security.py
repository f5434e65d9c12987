"""OCPP 2.1: passwords, security profiles and connection profiles, where they are not as in 2.0.1."""

import pytest

from tests.tls import PASSWORD, refusal

URL = "wss://csms.example/ocpp"


@pytest.fixture
async def charger(make_protected, secure_connect):
    make_protected(1)
    async with secure_connect("ocpp2.1", plain=True, password=PASSWORD) as charger:
        await charger.boot()
        yield charger


async def test_a01_update_password(charger, desk):
    """A01.FR.02: by SetVariables; the station comes back with it."""
    assert (await desk.command("rotate_password"))["state"] == "accepted"
    await charger.link.close()
    assert charger.settings.password != PASSWORD
    await charger.come_back()
    assert await charger.boot() == "Accepted"


async def test_a05_upgrade_names_the_version(charger, desk):
    """A05: the connection profile of the upgrade is one of OCPP 2.1."""
    charger.answers["SetNetworkProfile"] = {"status": "Rejected"}
    command = await desk.command("upgrade_security_profile", security_profile=2, url=URL, slot=3)
    assert command["state"] == "rejected"
    sent = (await charger.wait_for_call("SetNetworkProfile")).payload
    assert (sent["configurationSlot"], sent["connectionData"]["ocppVersion"]) == (3, "OCPP21")
    upgrade = (await desk.get("stations/CP-1/"))["profile_upgrade"]
    assert (upgrade["state"], upgrade["problem"]) == (
        "failed",
        "The station did not take the connection profile: Rejected.",
    )


async def test_b09_any_network(charger, desk):
    """B09: the station may choose its network, which 2.0.1 has no word for."""
    charger.answers["SetNetworkProfile"] = {"status": "Accepted"}
    command = await desk.command("set_network_profile", slot=1, url=URL, security_profile=1, interface="Any")
    assert command["state"] == "accepted"
    sent = (await charger.wait_for_call("SetNetworkProfile")).payload
    assert sent["connectionData"]["ocppInterface"] == "Any"


async def test_b09_a_profile_with_a_password_of_its_own(charger, desk):
    """B09: from the moment it is sent the station may come with it, and once it did, with the former one no more."""
    charger.answers["SetNetworkProfile"] = {"status": "Accepted"}
    data = {
        "ocppInterface": "Any",
        "ocppTransport": "JSON",
        "messageTimeout": 30,
        "ocppCsmsUrl": URL,
        "securityProfile": 1,
        "basicAuthPassword": "Password of slot 2",
    }
    command = await desk.call("SetNetworkProfile", {"configurationSlot": 2, "connectionData": data})
    assert "Password of slot 2" not in str(command)
    await charger.link.close()
    await charger.come_back()
    await charger.link.close()
    charger.settings.password = "Password of slot 2"
    await charger.come_back()
    await charger.link.close()
    charger.settings.password = PASSWORD
    assert await refusal(charger) == 401


@pytest.mark.parametrize(("status", "state"), [("Accepted", "accepted"), ("Rejected", "failed")])
async def test_b09_a_profile_by_variables(charger, desk, status, state):
    """B09: the security profile of a slot, set in the device model, is one that the station may come with."""
    charger.answers["SetVariables"] = lambda payload: {
        "setVariableResult": [
            {"attributeStatus": status, "component": item["component"], "variable": item["variable"]}
            for item in payload["setVariableData"]
        ]
    }
    item = {
        "component": {"name": "NetworkConfiguration", "instance": "4"},
        "variable": {"name": "SecurityProfile"},
        "attributeValue": "2",
    }
    await desk.call("SetVariables", {"setVariableData": [item]})
    upgrade = (await desk.get("stations/CP-1/"))["profile_upgrade"]
    assert (upgrade["profile"], upgrade["slot"], upgrade["state"]) == (2, 4, state)
