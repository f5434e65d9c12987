"""OCPP 2.0.1 block E: transactions begin, go on and end as each station is configured to have it."""

import pytest

from stations.models import Fact
from tests.conformance.transaction import EVSE, TOKEN, Transaction


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1") as charger:
        await charger.boot()
        yield charger


@pytest.fixture
def transaction(charger):
    return Transaction(charger)


@pytest.fixture
def session(desk):
    """The station's only session, as the REST API shows it now."""

    async def fetch():
        (row,) = await desk.list("sessions/?station=CP-1")
        return row

    return fetch


async def authorized(charger):
    answer = await charger.call("Authorize", {"idToken": TOKEN})
    assert answer["idTokenInfo"]["status"] == "Accepted"


async def occupied(charger):
    """The connector says that a cable is in."""
    now = "2026-01-01T00:00:00Z"
    status = {"timestamp": now, "connectorStatus": "Occupied", "evseId": 1, "connectorId": 1}
    assert await charger.call("StatusNotification", status) == {}


# --- Start points ---


async def test_tc_e_01_start_when_the_power_path_is_closed(charger, transaction, session):
    """E01.FR.05: a transaction that starts suspended, with its token, is that token's session."""
    await authorized(charger)
    await occupied(charger)
    answer = await transaction.start("ChargingStateChanged", state="SuspendedEVSE", idToken=TOKEN, evse=EVSE)
    assert answer["idTokenInfo"]["status"] == "Accepted"
    assert (await session())["phase"] == "suspended_evse"
    await transaction.update(state="Charging")
    row = await session()
    assert (row["phase"], row["id_token"], row["evse"], row["connector"]) == ("charging", "CARD-1", 1, 1)


async def test_tc_e_02_start_when_energy_flows(charger, transaction, session):
    """E01.FR.06: a transaction may start with the energy transfer itself."""
    await authorized(charger)
    await occupied(charger)
    answer = await transaction.start("ChargingStateChanged", state="Charging", idToken=TOKEN, evse=EVSE)
    assert answer["idTokenInfo"]["status"] == "Accepted"
    row = await session()
    assert (row["phase"], row["id_token"], row["ended_at"]) == ("charging", "CARD-1", None)


async def test_tc_e_03_local_start_cable_first(charger, transaction, session):
    """E02.FR.02: the cable starts the transaction, the token comes with a later event."""
    await occupied(charger)
    assert await transaction.start(evse=EVSE) == {}
    assert (await session())["id_token"] == ""
    await authorized(charger)
    answer = await transaction.update("Authorized", idToken=TOKEN)
    assert answer["idTokenInfo"]["status"] == "Accepted"
    await transaction.update(state="Charging")
    row = await session()
    assert (row["phase"], row["id_token"]) == ("charging", "CARD-1")


async def test_tc_e_04_local_start_authorization_first(charger, transaction, session):
    """E03.FR.02: the token starts the transaction, the EVSE is told once the cable is in."""
    await authorized(charger)
    answer = await transaction.event("Started", "Authorized", idToken=TOKEN)
    assert answer["idTokenInfo"]["status"] == "Accepted"
    assert (await session())["evse"] is None
    await transaction.update("CablePluggedIn", state="EVConnected", evse=EVSE)
    await transaction.update(state="Charging")
    row = await session()
    assert (row["phase"], row["evse"], row["connector"]) == ("charging", 1, 1)


async def test_tc_e_09_start_when_the_cable_is_plugged_in(charger, transaction, session):
    """E01.FR.02: a transaction may start with the cable, before anybody is known."""
    await occupied(charger)
    assert await transaction.start(evse=EVSE) == {}
    row = await session()
    assert (row["phase"], row["evse"], row["connector"], row["transaction_id"]) == ("ev_connected", 1, 1, "TX-1")


async def test_tc_e_10_start_when_a_token_is_accepted(charger, transaction, session):
    """E01.FR.03: a transaction may start with the authorization."""
    await authorized(charger)
    answer = await transaction.event("Started", "Authorized", idToken=TOKEN)
    assert answer["idTokenInfo"]["status"] == "Accepted"
    assert (await session())["id_token"] == "CARD-1"


async def test_tc_e_11_start_when_signed_data_is_received(charger, transaction, session, desk):
    """E01.FR.04: a transaction may start with a signed meter value, which is kept as it came."""
    await authorized(charger)
    await occupied(charger)
    signed = {"signedMeterData": "c2lnbmVk", "signingMethod": "", "encodingMethod": "OCMF", "publicKey": ""}
    begin = {"value": 0.0, "context": "Transaction.Begin", "signedMeterValue": signed}
    values = [{"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [begin]}]
    answer = await transaction.event("Started", "SignedDataReceived", idToken=TOKEN, evse=EVSE, meterValue=values)
    assert answer["idTokenInfo"]["status"] == "Accepted"
    await transaction.update(state="Charging")
    (sample,) = await desk.list(f"sessions/{(await session())['id']}/samples/")
    assert sample["values"][0]["signedMeterValue"] == signed


async def test_tc_e_12_start_when_the_parking_bay_is_occupied(transaction, session):
    """E01.FR.01: a transaction may start with a vehicle in the bay, with nothing else known."""
    assert await transaction.event("Started", "EVDetected") == {}
    row = await session()
    assert (row["transaction_id"], row["evse"], row["id_token"], row["ended_at"]) == ("TX-1", None, "", None)


async def test_tc_e_38_local_start_while_the_vehicle_is_not_ready(charger, transaction, session):
    """E03: a vehicle that is not ready yet suspends its session."""
    await authorized(charger)
    await transaction.event("Started", "Authorized", idToken=TOKEN)
    await transaction.update("CablePluggedIn", state="EVConnected", evse=EVSE)
    await transaction.update(state="SuspendedEV")
    assert (await session())["phase"] == "suspended_ev"


async def test_tc_e_53_each_transaction_counts_its_events_from_zero(charger, desk):
    """E01.FR.07: the sequence starts over with each transaction, and both are kept apart."""
    for transaction_id in ("TX-1", "TX-2"):
        transaction = await Transaction(charger, transaction_id).charging()
        await transaction.end("EVCommunicationLost", "EVDisconnected", state="Idle")
    rows = await desk.list("sessions/?station=CP-1")
    assert {row["transaction_id"] for row in rows} == {"TX-1", "TX-2"}
    assert all(row["stop_reason"] == "EVDisconnected" and not row["flagged"] for row in rows)


# --- Stop points ---


async def ended(session, reason):
    row = await session()
    assert (row["stop_reason"], row["ended_at"] is not None) == (reason, True), row
    return row


async def test_tc_e_07_stop_when_the_power_path_opens_by_a_local_stop(transaction, session):
    """E06.FR.06: a local stop ends the session with the reason the station gives."""
    await transaction.charging()
    await transaction.end("StopAuthorized", "Local", idToken=TOKEN)
    await ended(session, "Local")


async def test_tc_e_08_stop_when_the_energy_transfer_stopped_after_authorization(transaction, session):
    """E06.FR.07: the stop is authorized first, the session ends when energy has stopped."""
    await transaction.charging()
    await transaction.update("StopAuthorized", idToken=TOKEN)
    assert (await session())["ended_at"] is None
    await transaction.end("ChargingStateChanged", "Local", state="EVConnected")
    await ended(session, "Local")


async def test_tc_e_14_stop_when_the_cable_is_unplugged_at_the_station(transaction, session):
    """E06.FR.02: unplugging after the charging ends the session."""
    await transaction.charging()
    await transaction.update("StopAuthorized", state="EVConnected", idToken=TOKEN)
    await transaction.end("EVCommunicationLost", "EVDisconnected", state="Idle")
    await ended(session, "EVDisconnected")


async def test_tc_e_15_stop_authorized_locally(transaction, session):
    """E06.FR.03: the driver's token ends the session."""
    await transaction.charging()
    answer = await transaction.end("StopAuthorized", "Local", idToken=TOKEN)
    assert answer["idTokenInfo"]["status"] == "Accepted"
    await ended(session, "Local")


async def test_tc_e_16_deauthorized_by_an_invalid_token(transaction, session):
    """E06.FR.04, E01.FR.11, E01.FR.12: a token that is not accepted is told so in the first event's answer."""
    stranger = {"idToken": "NOBODY", "type": "ISO14443"}
    answer = await transaction.event("Started", "Authorized", idToken=stranger)
    assert answer["idTokenInfo"]["status"] in ("Invalid", "Unknown")
    await transaction.end("Deauthorized", "DeAuthorized")
    row = await ended(session, "DeAuthorized")
    assert row["id_token"] == "NOBODY"


async def test_tc_e_17_deauthorized_by_a_cable_lost_at_the_vehicle(transaction, session):
    """E06.FR.04: a connection lost at the vehicle ends a suspended session."""
    await transaction.charging()
    await transaction.update(state="SuspendedEV")
    await transaction.end("EVCommunicationLost", "EVDisconnected", state="Idle")
    await ended(session, "EVDisconnected")


async def test_tc_e_19_stop_when_the_parking_bay_is_free(transaction, session):
    """E06.FR.01: the session lasts until the vehicle has left."""
    await transaction.charging()
    await transaction.update("EVCommunicationLost", state="Idle")
    assert (await session())["ended_at"] is None
    await transaction.end("EVDeparted", "Local")
    await ended(session, "Local")


async def test_tc_e_20_stop_when_the_cable_is_unplugged_at_the_vehicle(transaction, session):
    """E06.FR.02: unplugging at the vehicle ends a suspended session."""
    await transaction.charging()
    await transaction.update(state="SuspendedEV")
    await transaction.end("EVCommunicationLost", "EVDisconnected", state="Idle")
    await ended(session, "EVDisconnected")


async def test_tc_e_21_stop_authorized_remotely(charger, desk, session, database):
    """E06.FR.03, F03.FR.01, F03.FR.09, F03.FR.10: our request names the transaction, which ends as Remote."""
    await charger.plug_in(1)
    begun = await charger.start(1, "CARD-1")
    command = await desk.command("remote_stop", transaction_id=begun.transaction_id)
    assert command["state"] == "accepted"
    assert (await charger.wait_for_call("RequestStopTransaction")).payload == {"transactionId": begun.transaction_id}
    await charger.wait_until(lambda: charger.outlet(1).session is None, timeout_s=60)
    await charger.outbox.settled()
    await ended(session, "Remote")
    stop = next(call for call in charger.sent if call.payload.get("eventType") == "Ended")
    assert stop.payload["triggerReason"] == "RemoteStop"


async def test_tc_e_22_stop_when_the_vehicle_stops_the_energy_transfer(transaction, session):
    """E06.FR.07: the vehicle itself may end the session."""
    await transaction.charging()
    await transaction.end("ChargingStateChanged", "StoppedByEV", state="SuspendedEV")
    await ended(session, "StoppedByEV")


async def test_tc_e_26_a_cable_lost_at_the_vehicle_suspends_the_transaction(charger, transaction, session):
    """E10.FR.01: the session stays open without a vehicle, and goes on when it is back."""
    await transaction.charging()
    await transaction.update(state="SuspendedEV")
    await transaction.update("EVCommunicationLost", state="Idle")
    now = "2026-01-01T00:00:00Z"
    status = {"timestamp": now, "connectorStatus": "Available", "evseId": 1, "connectorId": 1}
    assert await charger.call("StatusNotification", status) == {}
    assert (await session())["phase"] == "idle"
    await transaction.update("CablePluggedIn", state="EVConnected")
    await transaction.update(state="Charging")
    row = await session()
    assert (row["phase"], row["ended_at"]) == ("charging", None)


async def test_tc_e_39_deauthorized_since_no_cable_came(charger, transaction, session):
    """E03.FR.04, E03.FR.05, E06.FR.04: a session nobody plugged in for ends with its time-out."""
    await authorized(charger)
    await transaction.event("Started", "Authorized", idToken=TOKEN)
    await transaction.end("EVConnectTimeout", "Timeout")
    row = await ended(session, "Timeout")
    assert (row["evse"], row["energy_wh"]) == (None, 0)


# --- Asking for the status of a transaction ---


async def test_tc_e_29_status_of_an_ongoing_transaction_with_messages_waiting(charger, transaction, desk, session):
    """E14.FR.02, E14.FR.04: a transaction that goes on stays open, and what waited is taken."""
    await transaction.charging()
    await charger.link.close()
    await charger.come_back()
    charger.answers["GetTransactionStatus"] = {"ongoingIndicator": True, "messagesInQueue": True}
    command = await desk.command("get_transaction_status", transaction_id="TX-1")
    assert command["result"] == {"ongoingIndicator": True, "messagesInQueue": True}
    assert (await charger.wait_for_call("GetTransactionStatus")).payload == {"transactionId": "TX-1"}
    await transaction.update("MeterValuePeriodic", offline=True)
    row = await session()
    assert (row["ended_at"], row["flagged"]) == (None, False)


async def test_tc_e_30_status_of_an_ongoing_transaction_without_messages_waiting(charger, transaction, desk, session):
    """E14.FR.02, E14.FR.05: nothing changes where the station agrees with us."""
    await transaction.charging()
    charger.answers["GetTransactionStatus"] = {"ongoingIndicator": True, "messagesInQueue": False}
    command = await desk.command("get_transaction_status", transaction_id="TX-1")
    assert command["state"] == "accepted"
    row = await session()
    assert (row["ended_at"], row["flagged"]) == (None, False)


async def test_tc_e_31_status_of_an_ended_transaction_with_messages_waiting(charger, transaction, desk, session):
    """E14.FR.03, E14.FR.04: the end came first, what happened before it is taken afterwards."""
    await transaction.charging()
    await charger.link.close()
    await charger.come_back()
    last = transaction.seq_no
    await transaction.end("EVCommunicationLost", "EVDisconnected", state="Idle", seq_no=last + 3, offline=True)
    charger.answers["GetTransactionStatus"] = {"ongoingIndicator": False, "messagesInQueue": True}
    command = await desk.command("get_transaction_status", transaction_id="TX-1")
    assert command["result"]["ongoingIndicator"] is False
    await transaction.update("StopAuthorized", seq_no=last + 1, offline=True)
    await transaction.update(state="EVConnected", seq_no=last + 2, offline=True)
    row = await ended(session, "EVDisconnected")
    assert (row["phase"], row["flagged"]) == ("idle", False)


async def test_a_transaction_the_station_knows_nothing_of_is_closed_and_flagged(
    charger, transaction, desk, session, database
):
    """E14.FR.03: a session that runs here alone, with nothing on its way, will not end by itself."""
    await transaction.charging()
    charger.answers["GetTransactionStatus"] = {"ongoingIndicator": False, "messagesInQueue": False}
    await desk.command("get_transaction_status", transaction_id="TX-1")
    row = await session()
    assert (row["ended_at"] is not None, row["flagged"]) == (True, True)
    fact = await database(lambda: Fact.objects.get(kind="session.not_ongoing"))
    assert fact.data["messages_waiting"] is False


async def test_tc_e_33_status_without_a_transaction_with_messages_waiting(charger, transaction, desk, session):
    """E14.FR.06, E14.FR.07: the request names no transaction, the answer only the queue."""
    await transaction.charging()
    charger.answers["GetTransactionStatus"] = {"messagesInQueue": True}
    command = await desk.command("get_transaction_status")
    assert (await charger.wait_for_call("GetTransactionStatus")).payload == {}
    assert command["result"] == {"messagesInQueue": True}
    await transaction.update("MeterValuePeriodic", offline=True)
    assert (await session())["flagged"] is False


async def test_tc_e_34_status_without_a_transaction_without_messages_waiting(charger, desk):
    """E14.FR.06, E14.FR.08: a station with an empty queue says so."""
    command = await desk.command("get_transaction_status")
    assert (await charger.wait_for_call("GetTransactionStatus")).payload == {}
    assert (command["state"], command["result"]) == ("accepted", {"messagesInQueue": False})
