"""OCPP 2.0.1 block G: availability."""

import pytest

from stations.models import Connector


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1", evses=2) as charger:
        await charger.boot()
        yield charger


@pytest.fixture
def change(charger, desk):
    """`change(expected, operative=…)` changes the availability; the request must be `expected`."""

    async def ask(expected, *, status="Accepted", **values):
        command = await desk.command("change_availability", **values)
        assert (command["state"], command["result"]["status"]) == ("accepted", status)
        assert (await charger.wait_for_call("ChangeAvailability")).payload == expected

    return ask


@pytest.fixture
def statuses(database):
    """Wait until the connectors, by EVSE, have these statuses."""

    async def wait(*expected):
        def are():
            return tuple(Connector.objects.order_by("evse__number").values_list("status", flat=True)) == expected

        await database.until(are, f"the connectors are {expected}")

    return wait


async def test_tc_g_03_an_evse_out_of_service(change, statuses):
    """G03: the request names the EVSE only; its connector says that it is unavailable."""
    await change({"operationalStatus": "Inoperative", "evse": {"id": 1}}, operative=False, evse=1)
    await statuses("unavailable", "available")


async def test_tc_g_04_an_evse_back_in_service(charger, change, statuses):
    """G03: and the way back."""
    charger.station.set_operative(1, False)
    await statuses("unavailable", "available")
    await change({"operationalStatus": "Operative", "evse": {"id": 1}}, operative=True, evse=1)
    await statuses("available", "available")


async def test_tc_g_05_the_station_out_of_service(change, statuses):
    """G04: the request names nothing; all connectors say that they are unavailable."""
    await change({"operationalStatus": "Inoperative"}, operative=False)
    await statuses("unavailable", "unavailable")


async def test_tc_g_06_the_station_back_in_service(charger, change, statuses):
    """G04: and the way back."""
    charger.station.set_operative(None, False)
    await statuses("unavailable", "unavailable")
    await change({"operationalStatus": "Operative"}, operative=True)
    await statuses("available", "available")


async def test_tc_g_07_a_connector_out_of_service(change, statuses):
    """G03: the request names EVSE and connector."""
    expected = {"operationalStatus": "Inoperative", "evse": {"id": 1, "connectorId": 1}}
    await change(expected, operative=False, evse=1, connector=1)
    await statuses("unavailable", "available")


async def test_tc_g_08_a_connector_back_in_service(charger, change, statuses):
    """G03: and the way back."""
    charger.station.set_operative(1, False)
    expected = {"operationalStatus": "Operative", "evse": {"id": 1, "connectorId": 1}}
    await change(expected, operative=True, evse=1, connector=1)
    await statuses("available", "available")


@pytest.fixture
async def charging(charger):
    await charger.plug_in(1)
    await charger.start(1, "CARD-1")


async def ended(charger, desk):
    """The driver stops and leaves."""
    await charger.stop(1)
    await charger.unplug(1)
    (session,) = await desk.list("sessions/?station=CP-1")
    assert session["stop_reason"] == "Local"


async def test_tc_g_11_an_evse_out_of_service_during_a_transaction(charger, charging, change, statuses, desk):
    """G03: scheduled; the session runs on, and the connector is unavailable once it has ended."""
    expected = {"operationalStatus": "Inoperative", "evse": {"id": 1}}
    await change(expected, status="Scheduled", operative=False, evse=1)
    await statuses("occupied", "available")
    await ended(charger, desk)
    await statuses("unavailable", "available")


async def test_tc_g_14_the_station_out_of_service_during_a_transaction(charger, charging, change, statuses, desk):
    """G04: what is idle is unavailable at once, what charges when it has ended."""
    await change({"operationalStatus": "Inoperative"}, status="Scheduled", operative=False)
    await statuses("occupied", "unavailable")
    await ended(charger, desk)
    await statuses("unavailable", "unavailable")


async def test_tc_g_17_a_connector_out_of_service_during_a_transaction(charger, charging, change, statuses, desk):
    """G03: as for its EVSE."""
    expected = {"operationalStatus": "Inoperative", "evse": {"id": 1, "connectorId": 1}}
    await change(expected, status="Scheduled", operative=False, evse=1, connector=1)
    await ended(charger, desk)
    await statuses("unavailable", "available")


async def test_tc_g_20_a_lock_failure_is_reported(charger):
    """G05.FR.03: the event of a lock that does not hold is taken and answered."""
    event = {
        "eventId": 1,
        "timestamp": "2026-01-01T00:00:00Z",
        "trigger": "Delta",
        "actualValue": "true",
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": "ConnectorPlugRetentionLock", "evse": {"id": 1, "connectorId": 1}},
        "variable": {"name": "Problem"},
    }
    notification = {"generatedAt": "2026-01-01T00:00:00Z", "seqNo": 0, "eventData": [event]}
    assert await charger.call("NotifyEvent", notification) == {}
