"""OCPP 2.1 block S: battery swapping."""

import pytest
from django.utils import timezone

from stations.domain.times import render
from tests.conformance.power import ACCEPTED

TOKEN = {"idToken": "CARD-1", "type": "ISO14443"}


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.1", evses=2) as charger:
        await charger.boot()
        yield charger


def _battery(serial, evse, *, soc=20.0):
    return {"evseId": evse, "serialNumber": serial, "soC": soc, "soH": 97.5}


async def _swap(charger, event, *batteries, request_id=7):
    swap = {"eventType": event, "requestId": request_id, "idToken": TOKEN, "batteryData": list(batteries)}
    assert await charger.call("BatterySwap", swap) == {}


async def test_s01_a_swap_authorized_at_the_station(charger, desk):
    """S01: the card is accepted, the empty battery goes in and a full one comes out."""
    answer = await charger.call("Authorize", {"idToken": TOKEN})
    assert answer["idTokenInfo"]["status"] == "Accepted"
    await _swap(charger, "BatteryIn", _battery("EMPTY", 1))
    await _swap(charger, "BatteryOut", _battery("FULL", 2, soc=95))
    rows = await desk.list("battery-swaps/?request_id=7")
    assert [(row["event"], row["serial_number"], row["evse"]) for row in rows] == [
        ("BatteryOut", "FULL", 2),
        ("BatteryIn", "EMPTY", 1),
    ]
    assert {row["id_token"] for row in rows} == {"CARD-1"}


async def test_s02_a_swap_started_remotely(charger, desk):
    """S02: its requestId comes back with the batteries."""
    charger.answers["RequestBatterySwap"] = ACCEPTED
    command = await desk.command("request_battery_swap", id_token="CARD-1")
    assert command["state"] == "accepted"
    request = (await charger.wait_for_call("RequestBatterySwap")).payload
    assert (request["idToken"]["idToken"], request["requestId"]) == ("CARD-1", command["id"])
    await _swap(charger, "BatteryIn", _battery("EMPTY", 1), request_id=request["requestId"])
    assert len(await desk.list(f"battery-swaps/?request_id={command['id']}")) == 1


async def test_s02_a_station_without_a_charged_battery(charger, desk):
    """S02: a refusal is one."""
    charger.answers["RequestBatterySwap"] = {"status": "Rejected", "statusInfo": {"reasonCode": "NoBatteryAvailable"}}
    assert (await desk.command("request_battery_swap", id_token="CARD-1"))["state"] == "rejected"


async def test_s03_several_batteries_in_and_out(charger, desk):
    """S03: one row for each battery, in a set or not, and for those nobody took."""
    await _swap(charger, "BatteryIn", _battery("A", 1), _battery("B", 2))
    await _swap(charger, "BatteryOutTimeout", _battery("C", 1, soc=90))
    rows = await desk.list("battery-swaps/")
    assert [(row["event"], row["serial_number"]) for row in rows] == [
        ("BatteryOutTimeout", "C"),
        ("BatteryIn", "B"),
        ("BatteryIn", "A"),
    ]
    assert (rows[0]["soc_percent"], rows[0]["soh_percent"]) == (90.0, 97.5)


async def test_s04_batteries_charge_in_their_slots(charger, desk):
    """S04: a slot's charging is a session as any other, of nobody's card."""
    event = {
        "eventType": "Started",
        "timestamp": render(timezone.now()),
        "triggerReason": "CablePluggedIn",
        "seqNo": 0,
        "transactionInfo": {"transactionId": "SLOT-1", "chargingState": "Charging"},
        "evse": {"id": 1, "connectorId": 1},
    }
    assert await charger.call("TransactionEvent", event) == {}
    [row] = await desk.list("sessions/?open=true")
    assert (row["transaction_id"], row["evse"], row["id_token"]) == ("SLOT-1", 1, "")
