"""What a 2.0.1 charger obeys."""

from typing import Any

import pytest

from stations.simulator.charger import VirtualCharger
from stations.simulator.outlet import Status

from ..csms import ScriptedCsms

TOKEN = {"idToken": "REMOTE", "type": "Central"}


async def charge(charger: VirtualCharger) -> str:
    """The id of the transaction on EVSE 1."""
    await charger.plug_in(1)
    return (await charger.start(1, "TAG")).transaction_id


def variable(component: str, name: str, **more: Any) -> dict[str, Any]:
    return {"component": {"name": component}, "variable": {"name": name}, **more}


async def test_request_start_with_the_cable_in(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    await charger201.plug_in(1)
    request = {"idToken": TOKEN, "remoteStartId": 42, "evseId": 1}
    assert (await csms.call("RequestStartTransaction", request))[2] == {"status": "Accepted"}
    await csms.wait_until(lambda: csms.payloads("TransactionEvent"))
    event = csms.payloads("TransactionEvent")[0]
    assert event["triggerReason"] == "RemoteStart"
    assert event["transactionInfo"]["remoteStartId"] == 42
    assert event["idToken"] == TOKEN


async def test_request_start_first_waits_for_the_cable(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    await csms.call("RequestStartTransaction", {"idToken": TOKEN, "remoteStartId": 42, "evseId": 2})
    await charger201.wait_until(lambda: charger201.outlet(2).expected is not None, timeout_s=60)
    await charger201.plug_in(2)
    event = csms.payloads("TransactionEvent")[0]
    assert event["triggerReason"] == "CablePluggedIn"
    assert event["transactionInfo"]["remoteStartId"] == 42


async def test_request_start_at_a_busy_or_unknown_evse_is_rejected(
    charger201: VirtualCharger, csms: ScriptedCsms
) -> None:
    await charge(charger201)
    for evse_id in (1, 9):
        request = {"idToken": TOKEN, "remoteStartId": 1, "evseId": evse_id}
        assert (await csms.call("RequestStartTransaction", request))[2] == {"status": "Rejected"}


async def test_request_stop(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    transaction_id = await charge(charger201)
    unknown = await csms.call("RequestStopTransaction", {"transactionId": "nothing"})
    assert unknown[2] == {"status": "Rejected"}
    accepted = await csms.call("RequestStopTransaction", {"transactionId": transaction_id})
    assert accepted[2] == {"status": "Accepted"}
    await csms.wait_until(lambda: csms.payloads("TransactionEvent")[-1]["eventType"] == "Ended")
    event = csms.payloads("TransactionEvent")[-1]
    assert (event["triggerReason"], event["transactionInfo"]["stoppedReason"]) == ("RemoteStop", "Remote")


async def test_an_immediate_reset_stops_and_boots_again(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    await charge(charger201)
    assert (await csms.call("Reset", {"type": "Immediate"}))[2] == {"status": "Accepted"}
    await csms.wait_until(lambda: len(csms.payloads("BootNotification")) == 2)
    ended = csms.payloads("TransactionEvent")[-1]
    assert (ended["triggerReason"], ended["transactionInfo"]["stoppedReason"]) == ("ResetCommand", "ImmediateReset")
    assert csms.payloads("BootNotification")[1]["reason"] == "RemoteReset"


async def test_a_reset_on_idle_waits_for_the_session(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    await charge(charger201)
    assert (await csms.call("Reset", {"type": "OnIdle"}))[2] == {"status": "Scheduled"}
    await charger201.heartbeat()
    assert len(csms.connections) == 1
    await charger201.stop(1)
    await csms.wait_until(lambda: len(csms.payloads("BootNotification")) == 2)
    assert csms.payloads("BootNotification")[1]["reason"] == "ScheduledReset"


async def test_a_reset_of_one_evse_keeps_the_socket(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    await charge(charger201)
    await charger201.plug_in(2)
    other = await charger201.start(2, "TAG")
    assert (await csms.call("Reset", {"type": "Immediate", "evseId": 1}))[2] == {"status": "Accepted"}
    await csms.wait_until(lambda: csms.payloads("TransactionEvent")[-1]["eventType"] == "Ended")
    assert len(csms.connections) == 1
    assert charger201.outlet(2).session is other


async def test_unlock(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    await charge(charger201)
    answers = [
        (await csms.call("UnlockConnector", {"evseId": evse, "connectorId": connector}))[2]["status"]
        for evse, connector in ((1, 1), (2, 1), (2, 5), (7, 1))
    ]
    assert answers == ["OngoingAuthorizedTransaction", "Unlocked", "UnknownConnector", "UnknownConnector"]


async def test_availability_waits_for_the_session(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    await charge(charger201)
    change = {"operationalStatus": "Inoperative"}
    assert (await csms.call("ChangeAvailability", change))[2] == {"status": "Scheduled"}
    await charger201.wait_until(lambda: charger201.outlet(2).status == Status.UNAVAILABLE, timeout_s=60)
    await charger201.stop(1)
    assert charger201.outlet(1).status == Status.UNAVAILABLE
    await csms.call("ChangeAvailability", {"operationalStatus": "Operative", "evse": {"id": 2}})
    await charger201.wait_until(lambda: charger201.outlet(2).status == Status.AVAILABLE, timeout_s=60)


async def test_a_base_report_comes_in_parts(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    request = {"requestId": 9, "reportBase": "FullInventory"}
    assert (await csms.call("GetBaseReport", request))[2] == {"status": "Accepted"}
    await csms.wait_until(lambda: csms.payloads("NotifyReport") and not csms.payloads("NotifyReport")[-1]["tbc"])
    parts = csms.payloads("NotifyReport")
    assert [part["seqNo"] for part in parts] == list(range(len(parts)))
    assert [part["tbc"] for part in parts] == [True] * (len(parts) - 1) + [False]
    assert len(parts) > 1
    assert {part["requestId"] for part in parts} == {9}
    secret = [e for p in parts for e in p["reportData"] if e["variable"]["name"] == "BasicAuthPassword"]
    assert "value" not in secret[0]["variableAttribute"][0]


@pytest.mark.parametrize("base", ["ConfigurationInventory", "SummaryInventory"])
async def test_smaller_reports(charger201: VirtualCharger, csms: ScriptedCsms, base: str) -> None:
    assert (await csms.call("GetBaseReport", {"requestId": 1, "reportBase": base}))[2] == {"status": "Accepted"}
    await csms.wait_until(lambda: csms.payloads("NotifyReport") and not csms.payloads("NotifyReport")[-1]["tbc"])


async def test_get_variables(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    wanted = [
        variable("OCPPCommCtrlr", "HeartbeatInterval"),
        variable("OCPPCommCtrlr", "Nonsense"),
        variable("Toaster", "Level"),
        variable("SecurityCtrlr", "BasicAuthPassword"),
        variable("OCPPCommCtrlr", "HeartbeatInterval", attributeType="MaxSet"),
    ]
    results = (await csms.call("GetVariables", {"getVariableData": wanted}))[2]["getVariableResult"]
    assert [result["attributeStatus"] for result in results] == [
        "Accepted",
        "UnknownVariable",
        "UnknownComponent",
        "Rejected",
        "NotSupportedAttributeType",
    ]
    assert results[0]["attributeValue"] == "300"
    assert "attributeValue" not in results[3]


async def test_set_variables(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    wanted = [
        variable("SampledDataCtrlr", "TxUpdatedInterval", attributeValue="15"),
        variable("SampledDataCtrlr", "TxUpdatedInterval", attributeValue="often"),
        variable("ChargingStation", "Model", attributeValue="Other"),
        variable("SecurityCtrlr", "BasicAuthPassword", attributeValue="0123456789abcdef"),
        variable("AuthCacheCtrlr", "Enabled", attributeValue="perhaps"),
    ]
    results = (await csms.call("SetVariables", {"setVariableData": wanted}))[2]["setVariableResult"]
    assert [result["attributeStatus"] for result in results] == [
        "Accepted",
        "Rejected",
        "Rejected",
        "Accepted",
        "Rejected",
    ]
    assert charger201.settings.meter_interval_s == 15
    assert charger201.settings.password == "0123456789abcdef"


@pytest.mark.parametrize("wanted", ["Heartbeat", "StatusNotification", "MeterValues", "TransactionEvent"])
async def test_trigger_message(charger201: VirtualCharger, csms: ScriptedCsms, wanted: str) -> None:
    await charge(charger201)
    before = csms.actions.count(wanted)
    answer = await csms.call("TriggerMessage", {"requestedMessage": wanted, "evse": {"id": 1}})
    assert answer[2] == {"status": "Accepted"}
    await csms.wait_until(lambda: csms.actions.count(wanted) > before)


async def test_trigger_of_what_it_will_not_say(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    for wanted, status in {
        "BootNotification": "Rejected",
        "TransactionEvent": "Rejected",
        "SignV2GCertificate": "NotImplemented",
    }.items():
        assert (await csms.call("TriggerMessage", {"requestedMessage": wanted}))[2] == {"status": status}


async def test_transaction_status(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    transaction_id = await charge(charger201)
    running = await csms.call("GetTransactionStatus", {"transactionId": transaction_id})
    assert running[2] == {"ongoingIndicator": True, "messagesInQueue": False}
    await charger201.stop(1)
    ended = await csms.call("GetTransactionStatus", {"transactionId": transaction_id})
    assert ended[2] == {"ongoingIndicator": False, "messagesInQueue": False}
    assert (await csms.call("GetTransactionStatus", {}))[2] == {"messagesInQueue": False}


async def test_clear_cache_and_data_transfer(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    assert (await csms.call("ClearCache", {}))[2] == {"status": "Accepted"}
    assert (await csms.call("DataTransfer", {"vendorId": "acme"}))[2] == {"status": "UnknownVendorId"}
