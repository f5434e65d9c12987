"""What a 2.0.1 charger says on the trip of a session."""

from typing import Any

from stations.simulator.charger import VirtualCharger
from stations.simulator.outlet import StopReason

from ..conftest import MakeCharger
from ..csms import ScriptedCsms


def events(csms: ScriptedCsms) -> list[dict[str, Any]]:
    return csms.payloads("TransactionEvent")


def outline(csms: ScriptedCsms) -> list[tuple[str, str, str]]:
    return [
        (event["eventType"], event["triggerReason"], event["transactionInfo"]["chargingState"])
        for event in events(csms)
    ]


async def test_a_boot_tells_why_and_who(make_charger: MakeCharger, csms: ScriptedCsms) -> None:
    async with make_charger(protocol="ocpp2.0.1", vendor="Acme", model="Plug", serial="S1") as charger:
        await charger.boot()
    boot = csms.payloads("BootNotification")[0]
    assert boot["reason"] == "PowerUp"
    assert boot["chargingStation"]["vendorName"] == "Acme"
    assert csms.payloads("StatusNotification")[0]["connectorStatus"] == "Available"


async def test_a_session_from_plug_to_unplug(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    await charger201.plug_in(1)
    await charger201.authorize("TAG")
    session = await charger201.start(1, "TAG")
    await charger201.meter(1, seconds=60)
    await charger201.suspend(1)
    await charger201.suspend(1, by_ev=False)
    await charger201.resume(1)
    await charger201.stop(1)
    await charger201.unplug(1)
    assert outline(csms) == [
        ("Started", "Authorized", "Charging"),
        ("Updated", "MeterValuePeriodic", "Charging"),
        ("Updated", "ChargingStateChanged", "SuspendedEV"),
        ("Updated", "ChargingStateChanged", "SuspendedEVSE"),
        ("Updated", "ChargingStateChanged", "Charging"),
        ("Ended", "StopAuthorized", "EVConnected"),
    ]
    assert [event["seqNo"] for event in events(csms)] == [0, 1, 2, 3, 4, 5]
    assert {event["transactionInfo"]["transactionId"] for event in events(csms)} == {session.transaction_id}
    assert events(csms)[0]["idToken"] == {"idToken": "TAG", "type": "ISO14443"}
    assert events(csms)[0]["evse"] == {"id": 1, "connectorId": 1}
    assert events(csms)[-1]["transactionInfo"]["stoppedReason"] == "Local"
    statuses = [n["connectorStatus"] for n in csms.payloads("StatusNotification") if n["evseId"] == 1]
    assert statuses == ["Available", "Occupied", "Available"]


async def test_the_last_event_carries_the_first_and_the_last_register(
    charger201: VirtualCharger, csms: ScriptedCsms
) -> None:
    await charger201.plug_in(1)
    await charger201.start(1, "TAG")
    await charger201.meter(1, seconds=600)
    session = await charger201.stop(1)
    first, last = (value["sampledValue"][0] for value in events(csms)[-1]["meterValue"])
    assert (first["context"], last["context"]) == ("Transaction.Begin", "Transaction.End")
    assert last["value"] - first["value"] == session.energy_wh > 0


async def test_only_what_happened_offline_says_so(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    await charger201.plug_in(1)
    await charger201.start(1, "TAG")
    charger201.go_offline()
    await charger201.meter(1, seconds=60)
    await charger201.come_back()
    await charger201.stop(1)
    assert [event.get("offline", False) for event in events(csms)] == [False, True, False]
    assert [event["seqNo"] for event in events(csms)] == [0, 1, 2]


async def test_a_token_refused_at_the_start_ends_the_session(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    csms.answers["TransactionEvent"] = lambda event: (
        {"idTokenInfo": {"status": "Blocked"}} if event["eventType"] == "Started" else {}
    )
    await charger201.plug_in(1)
    await charger201.start(1, "TAG")
    assert charger201.outlet(1).session is None
    assert outline(csms)[-1][:2] == ("Ended", "Deauthorized")
    assert events(csms)[-1]["transactionInfo"]["stoppedReason"] == "DeAuthorized"


async def test_a_fault_is_abnormal(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    await charger201.plug_in(1)
    await charger201.start(1, "TAG")
    await charger201.fault(1, "GroundFailure")
    assert outline(csms)[-1][:2] == ("Ended", "AbnormalCondition")
    assert csms.payloads("StatusNotification")[-1]["connectorStatus"] == "Faulted"


async def test_identifying_first_leaves_the_connector_available(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    told = len(csms.payloads("StatusNotification"))
    await charger201.authorize("TAG", evse_id=1)
    assert len(csms.payloads("StatusNotification")) == told
    await charger201.plug_in(1)
    assert outline(csms)[0][:2] == ("Started", "CablePluggedIn")


async def test_every_stop_reason_is_said(charger201: VirtualCharger, csms: ScriptedCsms) -> None:
    for reason in StopReason:
        await charger201.plug_in(1)
        await charger201.start(1, "TAG")
        await charger201.stop(1, reason=reason)
        await charger201.unplug(1)
    assert len(events(csms)) == 2 * len(StopReason)
