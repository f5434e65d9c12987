"""OCPP 2.0.1 block F: remote start, unlock and triggers."""

import pytest

from stations.models import Connector, MeterSample
from tests.conformance.transaction import EVSE, TOKEN, Transaction, energy


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1", evses=2) as charger:
        await charger.boot()
        yield charger


async def request_start(charger, desk, **values):
    """Have a session started for CARD-1; the request as the station got it."""
    command = await desk.command("remote_start", id_token="CARD-1", id_token_type="ISO14443", **values)
    assert command["state"] == "accepted"
    received = await charger.wait_for_call("RequestStartTransaction")
    assert received.payload["idToken"] == TOKEN
    return command, received.payload["remoteStartId"]


async def command_now(desk, command):
    return await desk.get(f"commands/{command['id']}/")


async def test_tc_f_01_remote_start_cable_first(charger, desk):
    """F01: the running transaction that the station names in its answer is the command's session."""
    transaction = Transaction(charger)
    await transaction.start(evse=EVSE)
    charger.answers["RequestStartTransaction"] = {"status": "Accepted", "transactionId": transaction.id}
    command, remote_start_id = await request_start(charger, desk, evse=1)
    (session,) = await desk.list("sessions/?station=CP-1")
    assert (await command_now(desk, command))["session"] == session["id"]
    answer = await transaction.event(
        "Updated", "RemoteStart", info={"remoteStartId": remote_start_id}, idToken=TOKEN, evse=EVSE
    )
    assert answer["idTokenInfo"]["status"] == "Accepted"
    await transaction.update(state="Charging")
    (session,) = await desk.list("sessions/?station=CP-1")
    assert (session["id_token"], session["phase"]) == ("CARD-1", "charging")


async def test_tc_f_02_remote_start_first_with_authorization(charger, desk):
    """F02.FR.01, F01.FR.01: the station asks about the token first and then begins, with the id of our request."""
    command, remote_start_id = await request_start(charger, desk, evse=1)
    await charger.wait_until(lambda: any(call.action == "Authorize" for call in charger.sent), timeout_s=60)
    authorize = next(call for call in charger.sent if call.action == "Authorize")
    assert authorize.answer["idTokenInfo"]["status"] == "Accepted"
    await charger.wait_until(lambda: charger.outlet(1).expected is not None, timeout_s=60)
    await charger.plug_in(1)
    started = next(call for call in charger.sent if call.action == "TransactionEvent")
    assert started.payload["transactionInfo"]["remoteStartId"] == remote_start_id
    (session,) = await desk.list("sessions/?station=CP-1")
    assert (await command_now(desk, command))["session"] == session["id"]


async def test_tc_f_03_remote_start_first_without_authorization(charger, desk):
    """F02.FR.01, F01.FR.02: a station that does not ask begins at once, and its session is the command's."""
    charger.answers["RequestStartTransaction"] = {"status": "Accepted"}
    command, remote_start_id = await request_start(charger, desk)
    transaction = Transaction(charger)
    answer = await transaction.event("Started", "RemoteStart", info={"remoteStartId": remote_start_id}, idToken=TOKEN)
    assert answer["idTokenInfo"]["status"] == "Accepted"
    await transaction.update("CablePluggedIn", state="EVConnected", evse=EVSE)
    await transaction.update(state="Charging")
    (session,) = await desk.list("sessions/?station=CP-1")
    assert (session["phase"], session["evse"]) == ("charging", 1)
    assert (await command_now(desk, command))["session"] == session["id"]


async def test_tc_f_04_remote_start_first_and_no_cable_comes(charger, desk):
    """E03.FR.04, E03.FR.05: a time-out before the cable leaves the session open until its end is told."""
    charger.answers["RequestStartTransaction"] = {"status": "Accepted"}
    _, remote_start_id = await request_start(charger, desk)
    transaction = Transaction(charger)
    await transaction.event("Started", "RemoteStart", info={"remoteStartId": remote_start_id}, idToken=TOKEN)
    await transaction.update("EVConnectTimeout")
    (session,) = await desk.list("sessions/?station=CP-1")
    assert session["ended_at"] is None
    await transaction.end("EVConnectTimeout", "Timeout")
    (session,) = await desk.list("sessions/?station=CP-1")
    assert (session["stop_reason"], session["energy_wh"]) == ("Timeout", 0)


async def test_tc_f_06_unlock_a_connector_without_a_transaction(charger, desk):
    """F05: the request names EVSE and connector; the station says what came of it."""
    command = await desk.command("unlock", evse=1, connector=1)
    assert (await charger.wait_for_call("UnlockConnector")).payload == {"evseId": 1, "connectorId": 1}
    assert (command["state"], command["result"]["status"]) == ("accepted", "Unlocked")


@pytest.mark.parametrize("status", ["UnlockFailed", "OngoingAuthorizedTransaction", "UnknownConnector"])
async def test_an_unlock_that_did_not_work_is_rejected(charger, desk, status):
    """F05.FR.02, F05.FR.03, F05.FR.05: what is not unlocked is not called done."""
    charger.answers["UnlockConnector"] = {"status": status}
    command = await desk.command("unlock", evse=7, connector=3)
    assert (await charger.wait_for_call("UnlockConnector")).payload == {"evseId": 7, "connectorId": 3}
    assert (command["state"], command["result"]["status"]) == ("rejected", status)


# --- Triggers ---


async def trigger(charger, desk, message, **place):
    """Ask for a message; the request as the station got it."""
    command = await desk.command("trigger", message=message, **place)
    assert command["state"] == "accepted"
    received = (await charger.wait_for_call("TriggerMessage")).payload
    assert received["requestedMessage"] == message
    return received


async def answers_to(charger, action, count=1):
    """The CALLs of that action which the station sent since, once there are so many."""

    def sent():
        return [call for call in charger.sent if call.action == action]

    await charger.wait_until(lambda: len(sent()) >= count, timeout_s=60)
    assert all(call.error is None for call in sent())
    return sent()


async def test_tc_f_11_trigger_meter_values_of_an_evse(charger, desk, database):
    """F06.FR.01, F06.FR.02: the EVSE asked about tells its meter, which is stored."""
    assert (await trigger(charger, desk, "MeterValues", evse=2))["evse"] == {"id": 2}
    (values,) = await answers_to(charger, "MeterValues")
    assert values.payload["evseId"] == 2
    sample = await database(lambda: MeterSample.objects.select_related("evse").get())
    assert (sample.context, sample.evse.number) == ("Trigger", 2)


async def test_tc_f_12_trigger_meter_values_of_all_evses(charger, desk, database):
    """F06.FR.01: without an EVSE all of them tell theirs."""
    assert "evse" not in await trigger(charger, desk, "MeterValues")
    await answers_to(charger, "MeterValues", count=2)
    numbers = await database(lambda: list(MeterSample.objects.values_list("evse__number", flat=True)))
    assert sorted(numbers) == [1, 2]


async def test_tc_f_13_trigger_the_transaction_event_of_an_evse(charger, desk, database):
    """F06.FR.01, F06.FR.02: an event out of turn is an event of the session like others."""
    transaction = await Transaction(charger).charging()
    charger.answers["TriggerMessage"] = {"status": "Accepted"}
    assert (await trigger(charger, desk, "TransactionEvent", evse=1))["evse"] == {"id": 1}
    values = [energy(1500, context="Trigger")]
    assert await transaction.update("Trigger", state="Charging", evse={"id": 1}, meterValue=values) == {}
    sample = await database(lambda: MeterSample.objects.get(context="Trigger"))
    assert (sample.energy_wh, sample.session_id is not None) == (1500, True)


async def test_tc_f_14_trigger_the_transaction_events_of_all_evses(charger, desk, database):
    """F06.FR.01: without an EVSE each running transaction tells of itself."""
    await Transaction(charger, "TX-1").charging()
    second = Transaction(charger, "TX-2")
    await second.start("Authorized", state="Charging", idToken=TOKEN, evse={"id": 2, "connectorId": 1})
    charger.answers["TriggerMessage"] = {"status": "Accepted"}
    assert "evse" not in await trigger(charger, desk, "TransactionEvent")
    for transaction_id, seq_no in (("TX-1", 3), ("TX-2", 1)):
        transaction = Transaction(charger, transaction_id)
        values = [energy(700, context="Trigger")]
        await transaction.event("Updated", "Trigger", seq_no=seq_no, meterValue=values)
    sessions = await database(
        lambda: set(MeterSample.objects.filter(context="Trigger").values_list("session__transaction_id", flat=True))
    )
    assert sessions == {"TX-1", "TX-2"}


async def test_tc_f_15_trigger_the_log_status(charger, desk):
    """F06.FR.01: a station that uploads nothing says Idle, and is answered."""
    charger.answers["TriggerMessage"] = {"status": "Accepted"}
    await trigger(charger, desk, "LogStatusNotification")
    assert await charger.call("LogStatusNotification", {"status": "Idle"}) == {}


async def test_tc_f_18_trigger_the_firmware_status(charger, desk):
    """F06.FR.01: a station that updates nothing says Idle, and is answered."""
    charger.answers["TriggerMessage"] = {"status": "Accepted"}
    await trigger(charger, desk, "FirmwareStatusNotification")
    assert await charger.call("FirmwareStatusNotification", {"status": "Idle"}) == {}


async def test_tc_f_20_trigger_a_heartbeat(charger, desk):
    """F06.FR.01: the heartbeat comes, and is answered with our time."""
    await trigger(charger, desk, "Heartbeat")
    (heartbeat,) = await answers_to(charger, "Heartbeat")
    assert heartbeat.answer["currentTime"].endswith("Z")


async def status_after_trigger(charger, desk, database):
    def told():
        return [c for c in charger.sent if c.action == "StatusNotification" and c.payload["evseId"] == 1]

    before = len(told())
    received = await trigger(charger, desk, "StatusNotification", evse=1)
    # A status is a connector's (F06.FR.13), though only the EVSE was asked about.
    assert received["evse"] == {"id": 1, "connectorId": 1}
    await charger.wait_until(lambda: len(told()) > before, timeout_s=60)
    return await database(lambda: Connector.objects.get(evse__number=1).status)


async def test_tc_f_23_trigger_the_status_of_an_available_evse(charger, desk, database):
    """F06.FR.01, F06.FR.02, F06.FR.13: the connector is named, and its status stored."""
    assert await status_after_trigger(charger, desk, database) == "available"


async def test_tc_f_24_trigger_the_status_of_an_occupied_evse(charger, desk, database):
    """F06.FR.01, F06.FR.02, F06.FR.13: the same with a cable in."""
    await charger.plug_in(1)
    assert await status_after_trigger(charger, desk, database) == "occupied"


async def test_tc_f_27_trigger_of_what_the_station_does_not_have(charger, desk):
    """F06.FR.08: NotImplemented is an answer, and the command is rejected."""
    command = await desk.command("trigger", message="SignCombinedCertificate")
    assert (command["state"], command["result"]["status"]) == ("rejected", "NotImplemented")
