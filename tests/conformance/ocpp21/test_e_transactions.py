"""OCPP 2.1 blocks B, E, F, G and J: what it adds to transactions, resets, triggers, states and meter values."""

import pytest

from stations.models import Connector, SessionEvent
from tests.conformance.transaction import EVSE, TOKEN, Transaction, energy


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.1", evses=2) as charger:
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


# --- B13, E17: sessions that go on ---


async def test_b13_a_reset_after_which_the_session_goes_on(charger, desk, session):
    """The station is told to take its sessions up again; one that it resumes stays the same session."""
    await charger.plug_in(1)
    begun = await charger.start(1, "CARD-1")
    command = await desk.command("reset", type="resume")
    assert (await charger.wait_for_call("Reset")).payload == {"type": "ImmediateAndResume"}
    assert command["state"] == "accepted"
    await charger.wait_until(
        lambda: any(call.payload.get("triggerReason") == "TxResumed" for call in charger.sent), timeout_s=60
    )
    row = await session()
    assert (row["transaction_id"], row["phase"], row["ended_at"]) == (begun.transaction_id, "charging", None)
    assert row["flagged"] is False


async def test_b13_one_evse_is_reset_and_resumes(charger, desk):
    """The request may name an EVSE."""
    charger.answers["Reset"] = {"status": "Accepted"}
    await desk.command("reset", type="resume", evse=2)
    assert (await charger.wait_for_call("Reset")).payload == {"type": "ImmediateAndResume", "evseId": 2}


async def test_e17_a_session_goes_on_after_a_power_failure(charger, transaction, session, database):
    """The station boots and resumes: the boot ends no session, and the event says why it was sent."""
    await transaction.charging()
    charger.go_offline()
    await charger.come_back()
    assert await charger.boot(reason="PowerUp") == "Accepted"
    await transaction.update("TxResumed", state="Charging", meterValue=[energy(2000)])
    assert (await session())["ended_at"] is None
    assert await database(SessionEvent.objects.filter(trigger_reason="TxResumed").exists)


async def test_e17_a_session_that_was_interrupted_too_long_ends(charger, transaction, session):
    """Beyond its time-out the station ends it as PowerLoss."""
    await transaction.charging()
    charger.go_offline()
    await charger.come_back()
    await charger.boot(reason="PowerUp")
    await transaction.end("AbnormalCondition", "PowerLoss")
    assert (await session())["stop_reason"] == "PowerLoss"


# --- E16, F07: limits ---


async def limited(desk, session, **limit):
    return await desk.post(f"sessions/{(await session())['id']}/limit/", limit)


async def test_e16_a_limit_we_set_goes_with_the_next_answer_once(transaction, desk, session):
    """E16.FR.02, E16.FR.03: it is sent once, and the station's confirmation shows on the session."""
    await transaction.charging()
    assert (await limited(desk, session, max_energy_wh=10_000))["limit"] == {"maxEnergy": 10_000}
    assert await transaction.update("MeterValuePeriodic") == {"transactionLimit": {"maxEnergy": 10_000}}
    confirmed = {"transactionLimit": {"maxEnergy": 10_000}}
    assert await transaction.event("Updated", "LimitSet", info=confirmed) == {}
    assert (await session())["details"]["transactionLimit"] == {"maxEnergy": 10_000}
    await transaction.event("Updated", "EnergyLimitReached", info={"chargingState": "SuspendedEVSE"})
    assert (await session())["phase"] == "suspended_evse"


async def test_e16_a_driver_with_a_stricter_limit_is_left_with_it(transaction, desk, session):
    """E16.FR.08: nothing is answered to a limit below ours."""
    await transaction.charging()
    await limited(desk, session, max_cost=25.5, max_soc=80)
    own = {"transactionLimit": {"maxCost": 10}}
    answer = await transaction.event("Updated", "LimitSet", info=own)
    assert answer == {"transactionLimit": {"maxSoC": 80}}


async def test_e16_a_limit_above_ours_is_overruled(transaction, desk, session):
    """E16.FR.07: ours is the last word."""
    await transaction.charging()
    await limited(desk, session, max_energy_wh=6000)
    await transaction.update("MeterValuePeriodic")
    above = {"transactionLimit": {"maxEnergy": 10_000}}
    assert await transaction.event("Updated", "LimitSet", info=above) == {"transactionLimit": {"maxEnergy": 6000}}


async def test_e16_a_limit_the_station_does_not_support_is_not_set(charger, transaction, desk, session):
    """E16.FR.12: TxCtrlr.SupportedLimits decides, once it is known."""
    place = {"component": {"name": "TxCtrlr"}, "variable": {"name": "SupportedLimits"}}
    told = [place | {"attributeStatus": "Accepted", "attributeValue": "maxEnergy,maxTime"}]
    charger.answers["GetVariables"] = {"getVariableResult": told}
    await desk.command("get_variables", variables=[{"component": "TxCtrlr", "name": "SupportedLimits"}])
    await transaction.charging()
    path = f"sessions/{(await session())['id']}/limit/"
    refusal = await desk.post(path, {"max_soc": 80}, status={409})
    assert "maxSoC" in refusal["detail"]
    await desk.post(path, {"max_time_s": 3600})


async def test_f07_a_remote_start_with_a_limit(charger, desk, session):
    """F07.FR.01, F07.FR.02: the request starts it, the answer to Started carries the limit."""
    charger.answers["RequestStartTransaction"] = {"status": "Accepted"}
    await desk.command("remote_start", id_token="CARD-1", evse=1, max_cost=12.5, max_time_s=7200)
    received = (await charger.wait_for_call("RequestStartTransaction")).payload
    assert set(received) == {"idToken", "remoteStartId", "evseId"}
    info = {"remoteStartId": received["remoteStartId"]}
    answer = await Transaction(charger).event("Started", "RemoteStart", info=info, idToken=TOKEN, evse=EVSE)
    assert answer["transactionLimit"] == {"maxCost": 12.5, "maxTime": 7200}
    assert (await session())["limit"] == {"maxCost": 12.5, "maxTime": 7200}


async def test_f07_a_limit_before_2_1_is_refused_with_the_reason(connect, desk):
    """A version without limits cannot be asked for one."""
    async with connect("ocpp2.0.1") as charger:
        await charger.boot()
        command = await desk.command("remote_start", id_token="CARD-1", max_soc=80)
        assert (command["state"], "no limit" in command["error"]) == ("failed", True)


# --- F06: triggers ---


async def test_f06_a_message_of_the_stations_own_is_triggered(charger, desk):
    """F06.FR.18, F06.FR.19: the name goes along, and NotImplemented is an answer."""
    charger.answers["TriggerMessage"] = lambda payload: {
        "status": "Accepted" if payload["customTrigger"] == "Known" else "NotImplemented"
    }
    command = await desk.command("trigger", message="CustomTrigger", custom="Known")
    assert (await charger.wait_for_call("TriggerMessage")).payload == {
        "requestedMessage": "CustomTrigger",
        "customTrigger": "Known",
    }
    assert command["state"] == "accepted"
    command = await desk.command("trigger", message="CustomTrigger", custom="Unknown")
    assert (command["state"], command["result"]["status"]) == ("rejected", "NotImplemented")


# --- G01: states ---


async def test_g01_a_connector_tells_its_state_by_an_event(charger, database):
    """G01: NotifyEvent of a connector's AvailabilityState is what StatusNotification was."""
    event = {
        "eventId": 1,
        "timestamp": "2026-01-01T00:00:00Z",
        "trigger": "Delta",
        "actualValue": "Faulted",
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": "Connector", "evse": {"id": 2, "connectorId": 1}},
        "variable": {"name": "AvailabilityState"},
    }
    notification = {"generatedAt": "2026-01-01T00:00:00Z", "seqNo": 0, "eventData": [event]}
    assert await charger.call("NotifyEvent", notification) == {}
    statuses = await database(lambda: dict(Connector.objects.values_list("evse__number", "status")))
    assert statuses == {1: "available", 2: "faulted"}


# --- C01, E01, J02: what has grown ---


async def test_c01_a_token_of_255_characters_of_a_type_of_its_own(charger, transaction, session, desk):
    """Tokens have grown, and a type may be any word: the session keeps the token as it came."""
    token = {"idToken": "T" * 255, "type": "BusbarApp"}
    assert (await charger.call("Authorize", {"idToken": token}))["idTokenInfo"]["status"] in ("Unknown", "Invalid")
    await transaction.event("Started", "Authorized", idToken=token)
    assert (await session())["id_token"] == "T" * 255


async def test_j02_new_measurands_and_the_upstream_location_are_kept(transaction, desk, session):
    """Nothing a meter says is lost, and what is upstream of the outlet is no energy of the session."""
    await transaction.charging()
    upstream = energy(9_000_000, measurand="Energy.Active.Import.Register", location="Upstream")
    display = energy(55, measurand="Display.PresentSOC", unitOfMeasure={"unit": "Percent"})
    await transaction.update("MeterValuePeriodic", meterValue=[energy(1000), upstream, display, energy(1500)])
    row = await session()
    samples = await desk.list(f"sessions/{row['id']}/samples/")
    assert {value["measurand"] for sample in samples for value in sample["values"] if "measurand" in value} == {
        "Energy.Active.Import.Register",
        "Display.PresentSOC",
    }
    assert row["energy_wh"] == 500


async def test_e16_what_else_a_station_tells_of_a_session_shows_on_it(transaction, session):
    """Mode of operation, tariff, preconditioning: the latest of each, as on the wire."""
    await transaction.charging()
    info = {"operationMode": "ChargingOnly", "tariffId": "T-1"}
    await transaction.event("Updated", "OperationModeChanged", info=info, preconditioningStatus="Preconditioning")
    await transaction.event(
        "Updated", "OperationModeChanged", info={"operationMode": "CentralSetpoint"}, evseSleep=True
    )
    details = (await session())["details"]
    assert details["operationMode"] == "CentralSetpoint"
    assert (details["tariffId"], details["preconditioningStatus"], details["evseSleep"]) == (
        "T-1",
        "Preconditioning",
        True,
    )
