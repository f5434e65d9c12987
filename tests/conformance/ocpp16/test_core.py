"""OCPP 1.6 core profile, certification cases of a Central System: sessions, remote control, resets, triggers."""

import pytest

from stations.models import Connector, Session
from stations.simulator.outlet import StopReason


@pytest.fixture
async def charger(connect):
    async with connect("ocpp1.6", evses=2) as charger:
        await charger.boot()
        yield charger


@pytest.fixture
def session(desk):
    """The station's only session, as the REST API shows it now."""

    async def fetch():
        (row,) = await desk.list("sessions/?station=CP-1")
        return row

    return fetch


@pytest.fixture
def status(database):
    """Wait until connector 1 has this status."""

    async def wait(expected):
        def is_so():
            return Connector.objects.get(ocpp16_id=1).status == expected

        await database.until(is_so, f"connector 1 is {expected}")

    return wait


def stop(charger):
    """The StopTransaction the station sent."""
    return next(call for call in charger.sent if call.action == "StopTransaction")


# --- Sessions ---


async def test_tc_003_regular_session_plug_first(charger, session, status):
    """The plug comes first, then the card; the session ends with the card and counts its energy."""
    await charger.plug_in(1)
    await status("preparing")
    assert await charger.authorize("CARD-1") == "Accepted"
    await charger.start(1, "CARD-1")
    await status("charging")
    row = await session()
    assert (row["id_token"], row["connector"], row["ended_at"]) == ("CARD-1", 1, None)
    await charger.meter(1, seconds=600)
    await charger.stop(1)
    await status("finishing")
    await charger.unplug(1)
    await status("available")
    row = await session()
    assert (row["stop_reason"], row["energy_wh"] > 1000) == ("Local", True)
    assert stop(charger).answer["idTagInfo"]["status"] == "Accepted"


async def test_tc_004_1_regular_session_identification_first(charger, session, status):
    """The card comes first; plugging in starts the session."""
    assert await charger.authorize("CARD-1", evse_id=1) == "Accepted"
    await status("preparing")
    await charger.plug_in(1)
    await status("charging")
    row = await session()
    assert (row["id_token"], row["ended_at"], row["transaction_id"]) == ("CARD-1", None, str(row["id"]))


async def test_tc_004_2_identification_first_and_no_plug_in_time(charger, status, desk):
    """The connection time-out frees the connector, and no session came of it."""
    await charger.authorize("CARD-1", evse_id=1)
    await status("preparing")
    await charger.advance(charger.settings.connection_timeout_s + 1)
    await status("available")
    assert await desk.list("sessions/?station=CP-1") == []


async def test_tc_005_1_the_vehicle_side_is_unplugged(charger, session, status):
    """Unplugging at the vehicle ends the session as EVDisconnected."""
    await charger.plug_in(1)
    await charger.start(1, "CARD-1")
    await charger.suspend(1)
    await status("suspended_ev")
    await charger.stop(1, reason=StopReason.EV_DISCONNECTED)
    await charger.unplug(1)
    await status("available")
    assert (await session())["stop_reason"] == "EVDisconnected"


# --- Remote start and stop ---


async def remote_start(charger, desk):
    command = await desk.command("remote_start", id_token="CARD-1", evse=1)
    assert (await charger.wait_for_call("RemoteStartTransaction")).payload == {"idTag": "CARD-1", "connectorId": 1}
    assert command["state"] == "accepted"
    return command


async def test_tc_010_remote_start_cable_first(charger, desk, database, status):
    """A vehicle that waits with its cable in is started, and the session is the command's."""
    await charger.plug_in(1)
    command = await remote_start(charger, desk)
    await status("charging")
    session = await database.until(Session.objects.first, "the session has started")
    assert (await desk.get(f"commands/{command['id']}/"))["session"] == session.pk


async def test_tc_011_1_remote_start_first(charger, desk, database, status):
    """The request comes first; plugging in starts the session, which is the command's."""
    command = await remote_start(charger, desk)
    await status("preparing")
    await charger.plug_in(1)
    await status("charging")
    session = await database(Session.objects.get)
    assert (await desk.get(f"commands/{command['id']}/"))["session"] == session.pk


async def test_tc_011_2_remote_start_first_and_no_plug_in_time(charger, desk, status):
    """The connection time-out frees the connector, and no session came of it."""
    await remote_start(charger, desk)
    await status("preparing")
    await charger.advance(charger.settings.connection_timeout_s + 1)
    await status("available")
    assert await desk.list("sessions/?station=CP-1") == []


async def test_tc_012_remote_stop(charger, desk, session, status):
    """Our request names the transaction, which ends as Remote."""
    await charger.plug_in(1)
    await charger.start(1, "CARD-1")
    transaction_id = (await session())["transaction_id"]
    command = await desk.command("remote_stop", transaction_id=transaction_id)
    assert command["state"] == "accepted"
    received = await charger.wait_for_call("RemoteStopTransaction")
    assert received.payload == {"transactionId": int(transaction_id)}
    await status("finishing")
    assert (await session())["stop_reason"] == "Remote"


async def test_tc_026_remote_start_rejected(charger, desk):
    """A refusal is the command's outcome, and nothing else happens."""
    charger.answers["RemoteStartTransaction"] = {"status": "Rejected"}
    command = await desk.command("remote_start", id_token="CARD-1", evse=1)
    assert (command["state"], command["result"]) == ("rejected", {"status": "Rejected"})
    assert await desk.list("sessions/?station=CP-1") == []


async def test_tc_028_remote_stop_rejected(charger, desk, session):
    """A refused stop leaves the session open; the id of a transaction nobody knows still reaches the wire."""
    await charger.plug_in(1)
    await charger.start(1, "CARD-1")
    command = await desk.command("remote_stop", transaction_id="999999")
    assert (await charger.wait_for_call("RemoteStopTransaction")).payload == {"transactionId": 999999}
    assert (command["state"], command["result"]) == ("rejected", {"status": "Rejected"})
    assert (await session())["ended_at"] is None


# --- Resets ---


async def test_tc_013_hard_reset(charger, desk, session):
    """The session is cut off as HardReset, and the station is back with a new BootNotification."""
    await charger.plug_in(1)
    await charger.start(1, "CARD-1")
    boots = len([call for call in charger.sent if call.action == "BootNotification"])
    command = await desk.command("reset", type="hard")
    assert (await charger.wait_for_call("Reset")).payload == {"type": "Hard"}
    assert command["state"] == "accepted"
    await charger.wait_until(
        lambda: (
            len([call for call in charger.sent if call.action == "BootNotification"]) > boots
            and charger.ready
            and len(charger.outbox) == 0
        ),
        timeout_s=60,
    )
    await charger.outbox.settled()
    assert (await session())["stop_reason"] == "HardReset"
    assert (await desk.get("stations/CP-1/"))["connected"]


async def test_tc_014_soft_reset(charger, desk, session):
    """The session ends properly as SoftReset before the station restarts."""
    await charger.plug_in(1)
    await charger.start(1, "CARD-1")
    boots = len([call for call in charger.sent if call.action == "BootNotification"])
    command = await desk.command("reset", type="soft")
    assert (await charger.wait_for_call("Reset")).payload == {"type": "Soft"}
    assert command["state"] == "accepted"
    await charger.wait_until(
        lambda: len([call for call in charger.sent if call.action == "BootNotification"]) > boots and charger.ready,
        timeout_s=60,
    )
    assert (await session())["stop_reason"] == "SoftReset"


# --- Unlocking ---


async def unlock(charger, desk, connector, status=None):
    if status:
        charger.answers["UnlockConnector"] = {"status": status}
    command = await desk.command("unlock", evse=connector)
    assert (await charger.wait_for_call("UnlockConnector")).payload == {"connectorId": connector}
    return command["state"], command["result"]["status"]


async def test_tc_017_1_unlock_with_no_session_and_a_cable_that_can_be_taken_out(charger, desk, status):
    """A plug that is stuck without a session is let go; the connector is available once it is out."""
    await charger.plug_in(1)
    assert await unlock(charger, desk, 1) == ("accepted", "Unlocked")
    await charger.unplug(1)
    await status("available")


async def test_tc_017_2_unlock_with_no_session_and_a_fixed_cable(charger, desk, status):
    """A station without a lock says that it has none, and the connector stays available."""
    assert await unlock(charger, desk, 1, "NotSupported") == ("rejected", "NotSupported")
    await status("available")


async def test_tc_018_1_unlock_with_a_session(charger, desk, session, status):
    """The session ends as UnlockCommand."""
    await charger.plug_in(1)
    await charger.start(1, "CARD-1")
    assert await unlock(charger, desk, 1) == ("accepted", "Unlocked")
    await status("finishing")
    assert (await session())["stop_reason"] == "UnlockCommand"


async def test_tc_030_unlock_failure(charger, desk):
    """A connector that could not be unlocked is not called done."""
    assert await unlock(charger, desk, 1, "UnlockFailed") == ("rejected", "UnlockFailed")


async def test_tc_031_unlock_of_an_unknown_connector(charger, desk):
    """An id nobody knows still reaches the wire, and NotSupported is the outcome."""
    assert await unlock(charger, desk, 9) == ("rejected", "NotSupported")


async def test_tc_024_lock_failure(charger, status, database):
    """A connector lock that fails shows as a fault with its error code, and no session begins."""
    await charger.fault(1, "ConnectorLockFailure")
    await status("faulted")
    connector = await database(lambda: Connector.objects.get(ocpp16_id=1))
    assert connector.error_code == "ConnectorLockFailure"
    assert not await database(Session.objects.exists)
    await charger.clear_fault(1)
    await status("available")


# --- Triggers ---

# The simulated station does what it is asked but for what it has no part of: that is sent for it.
TRIGGERS = {
    "BootNotification": None,
    "DiagnosticsStatusNotification": {"status": "Idle"},
    "FirmwareStatusNotification": {"status": "Idle"},
    "Heartbeat": None,
    "MeterValues": None,
    "StatusNotification": None,
}


@pytest.mark.parametrize("message", TRIGGERS)
async def test_tc_054_trigger_message(charger, desk, message):
    """Each message a 1.6 station can be asked for is asked for by name, comes and is answered."""
    place = {"evse": 1} if message in ("MeterValues", "StatusNotification") else {}
    if TRIGGERS[message]:
        charger.answers["TriggerMessage"] = {"status": "Accepted"}
    before = len(charger.sent)
    command = await desk.command("trigger", message=message, **place)
    assert command["state"] == "accepted"
    expected = {"requestedMessage": message} | ({"connectorId": 1} if place else {})
    assert (await charger.wait_for_call("TriggerMessage")).payload == expected
    if TRIGGERS[message]:
        await charger.call(message, TRIGGERS[message])

    def came():
        return [call for call in list(charger.sent)[before:] if call.action == message]

    await charger.wait_until(came, timeout_s=60)
    assert came()[0].error is None


async def test_tc_055_trigger_message_rejected(charger, desk):
    """A station that refuses says so, and no message follows."""
    charger.answers["TriggerMessage"] = {"status": "Rejected"}
    command = await desk.command("trigger", message="MeterValues", evse=1)
    assert (command["state"], command["result"]) == ("rejected", {"status": "Rejected"})


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("LogStatusNotification", "LogStatusNotification"),
        ("SignChargingStationCertificate", "SignChargePointCertificate"),
        ("SignedFirmwareStatusNotification", "FirmwareStatusNotification"),
    ],
)
async def test_what_the_security_extension_added_is_asked_for_by_its_own_message(charger, desk, message, asked):
    """Security white paper 4.2: ExtendedTriggerMessage asks for what TriggerMessage has no word for."""
    charger.answers["ExtendedTriggerMessage"] = {"status": "Accepted"}
    command = await desk.command("trigger", message=message)
    assert command["state"] == "accepted"
    assert (await charger.wait_for_call("ExtendedTriggerMessage")).payload == {"requestedMessage": asked}
