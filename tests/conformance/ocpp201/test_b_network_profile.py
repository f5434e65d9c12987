"""OCPP 2.0.1 block B: connection profiles (B09, B10)."""

import pytest

from stations.models import ProfileUpgrade

URL = "wss://csms.example/ocpp"


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1") as charger:
        await charger.boot()
        yield charger


async def test_tc_b_42_set_network_profile_accepted(charger, desk):
    """B09.FR.01: the profile goes into the slot as it was asked for."""
    charger.answers["SetNetworkProfile"] = {"status": "Accepted"}
    command = await desk.command(
        "set_network_profile", slot=1, url=URL, security_profile=2, interface="Wireless0", message_timeout=45
    )
    assert command["state"] == "accepted"
    sent = (await charger.wait_for_call("SetNetworkProfile")).payload
    assert sent == {
        "configurationSlot": 1,
        "connectionData": {
            "ocppVersion": "OCPP20",
            "ocppTransport": "JSON",
            "ocppCsmsUrl": URL,
            "messageTimeout": 45,
            "securityProfile": 2,
            "ocppInterface": "Wireless0",
        },
    }


@pytest.mark.parametrize("status", ["Rejected", "Failed"])
async def test_tc_b_44_set_network_profile_not_accepted(charger, desk, database, status):
    """B09.FR.03: said so, and nothing is expected of the station."""
    charger.answers["SetNetworkProfile"] = {"status": status}
    command = await desk.command("set_network_profile", slot=1, url=URL, security_profile=2)
    assert command["state"] == "rejected"
    assert status in command["error"]
    assert await database(lambda: ProfileUpgrade.objects.get().state) == "failed"


async def test_secrets_of_a_connection_profile_are_sent_and_shown_to_nobody(charger, desk):
    """The station gets them; the command and the messages show a mask."""
    charger.answers["SetNetworkProfile"] = {"status": "Accepted"}
    apn = {"apn": "iot", "apn_password": "hidden-1", "sim_pin": 90817263, "apn_authentication": "PAP"}
    vpn = {"type": "IKEv2", "server": "vpn.example", "user": "cp", "password": "hidden-2", "key": "hidden-3"}
    command = await desk.command("set_network_profile", slot=1, url=URL, security_profile=2, apn=apn, vpn=vpn)
    data = (await charger.wait_for_call("SetNetworkProfile")).payload["connectionData"]
    assert data["apn"] == {"apn": "iot", "apnPassword": "hidden-1", "simPin": 90817263, "apnAuthentication": "PAP"}
    assert data["vpn"] == vpn
    for secret in ("hidden", "90817263"):
        assert secret not in str(command)
        assert secret not in str(await desk.get("frames/?station=CP-1&action=SetNetworkProfile"))
