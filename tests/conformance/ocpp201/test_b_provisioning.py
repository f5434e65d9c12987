"""OCPP 2.0.1 block B: booting, and being registered."""

import pytest

from stations.models import Connector, Station
from stations.simulator.charger import CallError

BOOT = {"reason": "PowerUp", "chargingStation": {"model": "M", "vendorName": "V", "serialNumber": "S"}}
STATUS = {"timestamp": "2026-01-01T00:00:00Z", "connectorStatus": "Available", "evseId": 1, "connectorId": 1}
AVAILABILITY = {
    "generatedAt": "2026-01-01T00:00:00Z",
    "seqNo": 0,
    "eventData": [
        {
            "eventId": 1,
            "timestamp": "2026-01-01T00:00:00Z",
            "trigger": "Delta",
            "actualValue": "Available",
            "eventNotificationType": "HardWiredNotification",
            "component": {"name": "Connector", "evse": {"id": 1, "connectorId": 1}},
            "variable": {"name": "AvailabilityState"},
        }
    ],
}


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1") as charger:
        yield charger


@pytest.fixture
async def waiting(charger, desk):
    """A charger whose BootNotification was answered with Pending, on which the operator has yet to decide."""
    await desk.patch("stations/CP-1/", {"registration": "Pending"})
    answer = await charger.call("BootNotification", BOOT)
    assert answer["status"] == "Pending"
    assert answer["interval"] > 0
    return charger


async def test_tc_b_01_cold_boot_accepted(charger, database):
    """B01.FR.02: the answer carries our time, an interval and Accepted; then the statuses are taken down."""
    answer = await charger.call("BootNotification", BOOT)
    assert answer["status"] == "Accepted"
    assert answer["interval"] > 0
    assert answer["currentTime"].endswith("Z")
    assert await charger.call("StatusNotification", STATUS) == {}
    assert await charger.call("NotifyEvent", AVAILABILITY) == {}
    assert set(await charger.call("Heartbeat", {})) == {"currentTime"}
    station = await database(Station.objects.get)
    assert (station.vendor, station.model, station.serial_number, station.boot_reason) == ("V", "M", "S", "PowerUp")
    assert await database(lambda: Connector.objects.get().status) == "available"


async def test_tc_b_02_cold_boot_pending(waiting, desk):
    """B02.FR.01, B02.FR.06: while it is Pending it is configured and asked over the same socket; then it is in."""
    heartbeat = {"component": "OCPPCommCtrlr", "name": "HeartbeatInterval"}
    assert (await desk.command("set_variables", variables=[heartbeat | {"value": "86400"}]))["state"] == "accepted"
    assert (await desk.command("get_variables", variables=[heartbeat]))["state"] == "accepted"
    assert (await desk.command("get_base_report", report="full"))["state"] == "accepted"
    report = {"requestId": 1, "generatedAt": "2026-01-01T00:00:00Z", "seqNo": 0, "tbc": False}
    assert await waiting.call("NotifyReport", report) == {}
    await desk.patch("stations/CP-1/", {"registration": "Accepted"})
    assert (await waiting.call("BootNotification", BOOT))["status"] == "Accepted"
    assert await waiting.call("StatusNotification", STATUS) == {}


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
async def test_tc_b_30_cold_boot_pending_or_rejected_security_error(charger, desk, status):
    """B02.FR.09, B03.FR.07: what is no BootNotification is answered with SecurityError, however malformed."""
    await desk.patch("stations/CP-1/", {"registration": status})
    assert (await charger.call("BootNotification", BOOT))["status"] == status
    for action, payload in (("StatusNotification", STATUS), ("NotifyEvent", AVAILABILITY), ("TransactionEvent", {})):
        with pytest.raises(CallError) as refused:
            await charger.call(action, payload)
        assert refused.value.code == "SecurityError"


async def test_tc_b_31_cold_boot_pending_trigger_message(waiting, desk):
    """B02, F06: accepted by an operator, the station is triggered to boot before its interval is over, and is in."""
    waiting.answers["TriggerMessage"] = {"status": "Accepted"}
    await desk.patch("stations/CP-1/", {"registration": "Accepted"})
    received = await waiting.wait_for_call("TriggerMessage")
    assert received.payload == {"requestedMessage": "BootNotification"}
    assert (await waiting.call("BootNotification", BOOT | {"reason": "Triggered"}))["status"] == "Accepted"
    assert await waiting.call("StatusNotification", STATUS) == {}
    assert await waiting.call("NotifyEvent", AVAILABILITY) == {}


async def test_what_was_triggered_is_taken_while_pending(waiting, desk):
    """B02.FR.09: a message that was asked for by TriggerMessage is no message of the station's own."""
    waiting.answers["TriggerMessage"] = {"status": "Accepted"}
    assert (await desk.command("trigger", message="StatusNotification", evse=1))["state"] == "accepted"
    assert await waiting.call("StatusNotification", STATUS) == {}


async def test_b03_a_rejected_station_is_asked_for_nothing_but_to_boot(charger, desk):
    """B03.FR.03: commands stay in the queue; the station can be triggered to register again."""
    await desk.patch("stations/CP-1/", {"registration": "Rejected"})
    await charger.call("BootNotification", BOOT)
    assert (await desk.command("get_base_report", wait=1))["state"] == "queued"
    charger.answers["TriggerMessage"] = {"status": "Accepted"}
    assert (await desk.command("trigger", message="BootNotification"))["state"] == "accepted"
