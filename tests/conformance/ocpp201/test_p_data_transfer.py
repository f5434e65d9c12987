"""OCPP 2.0.1 block P: data transfer and custom data."""

import pytest

CUSTOM = {"customData": {"vendorId": "org.example", "anything": [1, {"x": True}]}}


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1") as charger:
        await charger.boot()
        yield charger


async def test_tc_p_02_data_transfer_to_the_csms_unknown_vendor(charger):
    """P02.FR.06, P02.FR.07: a vendor's message nobody knows is answered with UnknownVendorId."""
    answer = await charger.data_transfer("org.example", message_id="m1", data="x")
    assert answer == {"status": "UnknownVendorId"}


async def test_tc_p_02_data_transfer_to_the_station(charger, desk):
    """P01: a vendor's message reaches the station as it was given."""
    charger.answers["DataTransfer"] = {"status": "Accepted", "data": {"any": 1}}
    command = await desk.command("data_transfer", vendor_id="org.example", message_id="m1", data="x")
    received = await charger.wait_for_call("DataTransfer")
    assert received.payload == {"vendorId": "org.example", "messageId": "m1", "data": "x"}
    assert command["result"]["data"] == {"any": 1}


async def test_tc_p_03_custom_data_is_received(charger, desk):
    """TC_P_03: customData in any place of a message disturbs nothing."""
    status = {
        "timestamp": "2026-01-01T00:00:00Z",
        "connectorStatus": "Occupied",
        "evseId": 1,
        "connectorId": 1,
    }
    assert await charger.call("StatusNotification", status | CUSTOM) == {}
    event = {
        "eventType": "Started",
        "timestamp": "2026-01-01T00:00:01Z",
        "triggerReason": "CablePluggedIn",
        "seqNo": 0,
        "transactionInfo": {"transactionId": "TX-CUSTOM", "chargingState": "EVConnected"} | CUSTOM,
        "evse": {"id": 1, "connectorId": 1} | CUSTOM,
    }
    await charger.call("TransactionEvent", event | CUSTOM)
    sessions = await desk.list("sessions/?transaction_id=TX-CUSTOM")
    assert len(sessions) == 1
    assert (await desk.list("connectors/?station=CP-1"))[0]["status"] == "occupied"
