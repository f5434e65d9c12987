"""OCPP 1.6: booting, and being registered."""

import pytest

from stations.domain.status import ConnectorStatus
from stations.models import Command, Connector, Fact, Session, Station
from stations.simulator.charger import CallError


@pytest.fixture
async def charger(connect):
    async with connect("ocpp1.6", evses=2) as charger:
        yield charger


async def registration(desk, status):
    await desk.patch("stations/CP-1/", {"registration": status})


async def test_tc_001_cold_boot(charger, database):
    """BootNotification is accepted with our time and an interval; the statuses of all connectors are taken down."""
    payload = {
        "chargePointVendor": "V",
        "chargePointModel": "M",
        "chargePointSerialNumber": "S",
        "firmwareVersion": "F",
    }
    answer = await charger.call("BootNotification", payload)
    assert answer["status"] == "Accepted"
    assert answer["interval"] > 0
    assert answer["currentTime"].endswith("Z")
    for connector in (0, 1, 2):
        status = {"connectorId": connector, "errorCode": "NoError", "status": "Available"}
        assert await charger.call("StatusNotification", status) == {}
    assert set(await charger.call("Heartbeat", {})) == {"currentTime"}
    station = await database(Station.objects.get)
    told = (station.vendor, station.model, station.serial_number, station.firmware_version, station.status)
    assert told == ("V", "M", "S", "F", ConnectorStatus.AVAILABLE)
    assert await database(lambda: set(Connector.objects.values_list("status", flat=True))) == {"available"}


async def test_tc_032_1_power_failure_boot_charging_point_stop_transactions(charger, database):
    """After a power loss the charger boots, and the StopTransaction with reason PowerLoss ends the session."""
    await charger.boot()
    await charger.plug_in(1)
    session = await charger.start(1, "CARD-1")
    charger.go_offline()
    await charger.advance(600)
    await charger.link.connect()
    payload = {"chargePointVendor": "V", "chargePointModel": "M"}
    assert (await charger.call("BootNotification", payload))["status"] == "Accepted"
    stop = {
        "transactionId": session.number,
        "meterStop": session.begin.energy_wh + 1500,
        "timestamp": charger.clock.now().isoformat(),
        "reason": "PowerLoss",
    }
    await charger.call("StopTransaction", stop)
    await charger.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
    row = await database(Session.objects.get)
    assert (row.stop_reason, row.energy_wh, row.is_open) == ("PowerLoss", 1500, False)


async def test_tc_001_cold_boot_of_a_station_that_is_pending(charger, desk, database):
    """Section 4.2, Pending: the interval says when to ask again, the central system may ask meanwhile, and nobody
    charges; accepted by an operator, the charger is asked to boot again and is in."""
    await registration(desk, "Pending")
    payload = {"chargePointVendor": "V", "chargePointModel": "M"}
    answer = await charger.call("BootNotification", payload)
    assert (answer["status"], answer["interval"] > 0) == ("Pending", True)
    assert (await desk.command("get_variables"))["state"] == "accepted"
    start = {"connectorId": 1, "idTag": "CARD-1", "meterStart": 0, "timestamp": "2026-01-01T00:00:00Z"}
    for action, request in (("Authorize", {"idTag": "CARD-1"}), ("StartTransaction", start)):
        with pytest.raises(CallError) as refused:
            await charger.call(action, request)
        assert refused.value.code == "SecurityError"
    assert not await database(Session.objects.exists)

    await registration(desk, "Accepted")
    received = await charger.wait_for_call("TriggerMessage")
    assert received.payload == {"requestedMessage": "BootNotification"}
    await charger.wait_until(lambda: charger.registered, timeout_s=60)
    assert (await charger.call("Authorize", {"idTag": "CARD-1"}))["idTagInfo"]["status"] == "Accepted"


async def test_tc_001_cold_boot_of_a_station_that_is_rejected(charger, desk, database):
    """Section 4.2, Rejected: an interval, and the central system asks nothing of the charger."""
    await registration(desk, "Rejected")
    answer = await charger.call("BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
    assert (answer["status"], answer["interval"] > 0) == ("Rejected", True)
    command = await desk.command("get_variables", wait=1)
    assert command["state"] == "queued"
    assert not charger.received
    assert await database(lambda: Fact.objects.filter(kind="station.registration").count()) == 1
    assert await database(lambda: Command.objects.filter(state="sent").count()) == 0


async def test_a_message_is_taken_while_pending_when_it_was_asked_for(charger, desk, database):
    """What was triggered is no message of the charger's own."""
    await registration(desk, "Pending")
    await charger.boot()
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    with pytest.raises(CallError):
        await charger.call("StatusNotification", status)
    charger.answers["TriggerMessage"] = {"status": "Accepted"}
    assert (await desk.command("trigger", message="StatusNotification", evse=1))["state"] == "accepted"
    assert await charger.call("StatusNotification", status) == {}
