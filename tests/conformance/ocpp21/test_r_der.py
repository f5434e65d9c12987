"""OCPP 2.1 block R: distributed energy resources."""

import pytest
from django.utils import timezone

from stations.domain.times import render
from stations.models import Fact
from tests.conformance.power import ACCEPTED

CURVE = {"curveData": [{"x": 92, "y": 44}, {"x": 108, "y": -44}], "priority": 1, "yUnit": "PctMaxVar"}


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.1") as charger:
        charger.answers |= {"SetDERControl": ACCEPTED, "GetDERControl": ACCEPTED, "ClearDERControl": ACCEPTED}
        await charger.boot()
        yield charger


async def _controls(desk, state="set"):
    rows = await desk.list(f"der-controls/?state={state}")
    return sorted((row["control_id"], row["control_type"], row["is_default"]) for row in rows)


async def _set(desk, control_id="A", *, control_type="VoltVar", control=None, **values):
    values |= {"control_type": control_type, "control": control or CURVE, "control_id": control_id}
    command = await desk.command("set_der_control", **values)
    assert command["state"] == "accepted", command


def _needs(**members):
    needs = {"requestedEnergyTransfer": "AC_BPT_DER", "v2xChargingParameters": {"maxChargePower": 11000}}
    return {"evseId": 1, "chargingNeeds": needs | members}


async def test_r01_der_control_in_the_evse(charger, desk):
    """R01: a default control is set on the station, before any session."""
    await _set(desk, is_default=True)
    received = (await charger.wait_for_call("SetDERControl")).payload
    assert received == {"isDefault": True, "controlId": "A", "controlType": "VoltVar", "curve": CURVE}
    assert await _controls(desk) == [("A", "VoltVar", True)]


async def test_r02_der_control_in_the_vehicle(charger, desk):
    """R02: what the vehicle can do comes with its needs, and is kept."""
    await charger.plug_in(1)
    await charger.start(1, "CARD-1")
    charger.answers["SetChargingProfile"] = ACCEPTED
    der = {"evSupportedDERControl": ["VoltVar", "FreqDroop"], "evInverterModel": "X1"}
    assert await charger.call("NotifyEVChargingNeeds", _needs(derChargingParameters=der)) == ACCEPTED
    [row] = await desk.list("charging-needs/")
    assert row["transfer"] == "AC_BPT_DER"
    assert row["needs"]["derChargingParameters"] == der


async def test_r03_der_control_in_both(charger, desk):
    """R03: the station's own controls and the vehicle's abilities, side by side."""
    await charger.plug_in(1)
    await charger.start(1, "CARD-1")
    charger.answers["SetChargingProfile"] = ACCEPTED
    droop = {
        "priority": 0,
        "overFreq": 50.2,
        "underFreq": 49.8,
        "overDroop": 5,
        "underDroop": 5,
        "responseTime": 2,
    }
    await _set(desk, "B", control_type="FreqDroop", control=droop, is_default=True)
    assert (await charger.wait_for_call("SetDERControl")).payload["freqDroop"] == droop
    der = {"evSupportedDERControl": ["FreqDroop"]}
    assert await charger.call("NotifyEVChargingNeeds", _needs(derChargingParameters=der)) == ACCEPTED
    assert await _controls(desk) == [("B", "FreqDroop", True)]


async def test_r04_a_scheduled_control_supersedes_another(charger, desk):
    """R04: the station names what it superseded."""
    await _set(desk, "A")
    charger.answers["SetDERControl"] = ACCEPTED | {"supersededIds": ["A"]}
    await _set(desk, "B")
    assert await _controls(desk) == [("B", "VoltVar", False)]
    assert await _controls(desk, "superseded") == [("A", "VoltVar", False)]


async def test_r04_a_control_that_is_not_supported(charger, desk):
    """R04: it is kept as refused."""
    charger.answers["SetDERControl"] = {"status": "NotSupported"}
    command = await desk.command("set_der_control", control_type="VoltVar", control=CURVE, control_id="A")
    assert command["state"] == "rejected"
    assert await _controls(desk, "rejected") == [("A", "VoltVar", False)]


async def test_r04_controls_are_reported_in_parts(charger, desk):
    """R04: what the last part leaves untold is no longer set."""
    await _set(desk, "GONE")
    command = await desk.command("get_der_controls")
    assert command["state"] == "accepted"
    request = (await charger.wait_for_call("GetDERControl")).payload
    item = {"id": "A", "curveType": "VoltVar", "isDefault": True, "isSuperseded": False, "curve": CURVE}
    fixed = {
        "id": "F",
        "isDefault": False,
        "isSuperseded": True,
        "fixedPF": {"priority": 0, "displacement": 0.95, "excitation": True},
    }
    report = {"requestId": request["requestId"]}
    assert await charger.call("ReportDERControl", report | {"curve": [item], "tbc": True}) == {}
    assert ("GONE", "VoltVar", False) in await _controls(desk)
    assert await charger.call("ReportDERControl", report | {"fixedPFInject": [fixed], "tbc": False}) == {}
    assert await _controls(desk) == [("A", "VoltVar", True)]
    assert await _controls(desk, "superseded") == [("F", "FixedPFInject", False)]
    assert await _controls(desk, "cleared") == [("GONE", "VoltVar", False)]


async def test_r04_controls_are_cleared(charger, desk):
    """R04: by id, or all scheduled ones."""
    for control_id, is_default in (("A", False), ("B", False), ("C", True)):
        await _set(desk, control_id, is_default=is_default)
    await desk.command("clear_der_control", is_default=False, control_id="A")
    received = (await charger.wait_for_call("ClearDERControl")).payload
    assert received == {"isDefault": False, "controlId": "A"}
    assert [row[0] for row in await _controls(desk)] == ["B", "C"]
    await desk.command("clear_der_control", is_default=False)
    assert [row[0] for row in await _controls(desk)] == ["C"]


async def test_r04_a_scheduled_control_starts_and_stops(charger, desk):
    """R04: it is seen to run; one we never heard of is kept too."""
    await _set(desk, "A")
    told = {"controlId": "A", "started": True, "timestamp": render(timezone.now())}
    assert await charger.call("NotifyDERStartStop", told) == {}
    [row] = await desk.list("der-controls/?is_active=true")
    assert row["control_id"] == "A"
    await charger.call("NotifyDERStartStop", told | {"started": False})
    assert await desk.list("der-controls/?is_active=true") == []
    await charger.call("NotifyDERStartStop", told | {"controlId": "UNHEARD-OF"})
    assert [row["control_id"] for row in await desk.list("der-controls/?is_active=true")] == ["UNHEARD-OF"]


async def test_r05_a_der_alarm_and_its_end(charger, desk, database):
    """R05: the grid event is kept, and told to those who alert."""
    alarm = {
        "controlType": "LVMustTrip",
        "gridEventFault": "UnderVoltage",
        "timestamp": render(timezone.now()),
        "extraInfo": "L1",
    }
    assert await charger.call("NotifyDERAlarm", alarm) == {}
    assert await charger.call("NotifyDERAlarm", alarm | {"alarmEnded": True}) == {}
    rows = await desk.list("der-alarms/")
    assert [(row["fault"], row["has_ended"], row["info"]) for row in rows] == [
        ("UnderVoltage", True, "L1"),
        ("UnderVoltage", False, "L1"),
    ]
    kinds = await database(
        lambda: list(Fact.objects.filter(kind__startswith="der_alarm").order_by("id").values_list("kind", flat=True))
    )
    assert kinds == ["der_alarm.raised", "der_alarm.ended"]
