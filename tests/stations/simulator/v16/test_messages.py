"""What a 1.6 charger says on the trip of a session."""

from stations.simulator.charger import VirtualCharger
from stations.simulator.outlet import StopReason
from stations.simulator.vehicle import Vehicle

from ..conftest import MakeCharger
from ..csms import ScriptedCsms


def statuses(csms: ScriptedCsms, connector_id: int = 1) -> list[str]:
    notes = csms.payloads("StatusNotification")
    return [note["status"] for note in notes if note["connectorId"] == connector_id]


def measured(meter_value: dict) -> dict[str, str]:
    return {value["measurand"] + value.get("phase", ""): value["value"] for value in meter_value["sampledValue"]}


async def test_a_boot_tells_the_name_plate_and_all_statuses(make_charger: MakeCharger, csms: ScriptedCsms) -> None:
    async with make_charger(vendor="Acme", model="Plug", serial="S1", firmware_version="9.9", evses=2) as charger:
        await charger.boot()
    assert csms.payloads("BootNotification") == [
        {
            "chargePointVendor": "Acme",
            "chargePointModel": "Plug",
            "chargePointSerialNumber": "S1",
            "firmwareVersion": "9.9",
        }
    ]
    assert [note["connectorId"] for note in csms.payloads("StatusNotification")] == [0, 1, 2]


async def test_a_session_from_plug_to_unplug(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    await charger16.plug_in(1)
    await charger16.authorize("TAG")
    await charger16.start(1, "TAG")
    await charger16.meter(1, seconds=120)
    await charger16.suspend(1)
    await charger16.resume(1)
    await charger16.stop(1)
    await charger16.unplug(1)
    assert statuses(csms) == [
        "Available",
        "Preparing",
        "Charging",
        "SuspendedEV",
        "Charging",
        "Finishing",
        "Available",
    ]
    start, stop = csms.payloads("StartTransaction")[0], csms.payloads("StopTransaction")[0]
    assert start["connectorId"] == 1
    assert start["idTag"] == stop["idTag"] == "TAG"
    assert stop["transactionId"] == 101
    assert stop["reason"] == "Local"
    assert stop["meterStop"] > start["meterStart"]
    readings = [payload["meterValue"][0] for payload in csms.payloads("MeterValues")]
    assert len(readings) == 2
    assert measured(readings[0]).keys() == {
        "Energy.Active.Import.Register",
        "Power.Active.Import",
        "Current.ImportL1",
        "Current.ImportL2",
        "Current.ImportL3",
        "Voltage",
    }
    assert {payload["transactionId"] for payload in csms.payloads("MeterValues")} == {101}


async def test_times_are_utc_with_z(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    await charger16.plug_in(1)
    assert csms.payloads("StatusNotification")[-1]["timestamp"].endswith("Z")


async def test_dc_tells_the_state_of_charge(make_charger: MakeCharger, csms: ScriptedCsms) -> None:
    async with make_charger(current_type="dc", max_power_w=150_000) as charger:
        await charger.boot()
        await charger.plug_in(1, Vehicle(soc=0.5))
        await charger.start(1, "TAG")
        await charger.meter(1, seconds=60)
    assert measured(csms.payloads("MeterValues")[0]["meterValue"][0])["SoC"] == "50"


async def test_offline_a_session_has_a_local_id_until_the_csms_gives_one(
    charger16: VirtualCharger, csms: ScriptedCsms
) -> None:
    charger16.go_offline()
    await charger16.plug_in(1)
    session = await charger16.start(1, "TAG")
    await charger16.meter(1, seconds=60)
    assert session.number < 0
    started = session.started_at
    await charger16.come_back()
    await charger16.stop(1)
    assert session.number == 101
    assert csms.payloads("StartTransaction")[0]["timestamp"][:19] == started.isoformat()[:19]
    assert csms.payloads("MeterValues")[0]["transactionId"] == 101
    assert csms.payloads("StopTransaction")[0]["transactionId"] == 101


async def test_a_session_started_and_stopped_offline_arrives_whole(
    charger16: VirtualCharger, csms: ScriptedCsms
) -> None:
    charger16.go_offline()
    await charger16.plug_in(1)
    await charger16.start(1, "TAG")
    await charger16.meter(1, seconds=60)
    await charger16.stop(1)
    await charger16.unplug(1)
    await charger16.come_back()
    assert [a for a in csms.actions if a != "StatusNotification"][1:] == [
        "StartTransaction",
        "MeterValues",
        "StopTransaction",
    ]
    assert csms.payloads("StopTransaction")[0]["transactionId"] == 101


async def test_a_token_refused_at_the_start_ends_the_session(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    csms.answers["StartTransaction"] = {"transactionId": 5, "idTagInfo": {"status": "Blocked"}}
    await charger16.plug_in(1)
    await charger16.start(1, "TAG")
    assert charger16.outlet(1).session is None
    assert csms.payloads("StopTransaction")[0]["reason"] == "DeAuthorized"
    assert csms.payloads("StopTransaction")[0]["transactionId"] == 5


async def test_a_fault_is_told_with_its_code(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    await charger16.fault(1, "GroundFailure")
    note = csms.payloads("StatusNotification")[-1]
    assert (note["status"], note["errorCode"]) == ("Faulted", "GroundFailure")
    await charger16.clear_fault(1)
    note = csms.payloads("StatusNotification")[-1]
    assert (note["status"], note["errorCode"]) == ("Available", "NoError")


async def test_a_fault_of_the_station_is_connector_zero(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    await charger16.fault(0, "InternalError")
    await charger16.clear_fault(0)
    assert statuses(csms, 0) == ["Available", "Faulted", "Available"]


async def test_every_stop_reason_is_said(charger16: VirtualCharger, csms: ScriptedCsms) -> None:
    for reason in StopReason:
        await charger16.plug_in(1)
        await charger16.start(1, "TAG")
        await charger16.stop(1, reason=reason)
        await charger16.unplug(1)
    assert len(csms.payloads("StopTransaction")) == len(StopReason)
