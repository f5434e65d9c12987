"""OCPP 2.1 block Q: bidirectional charging."""

import pytest
from django.utils import timezone

from stations.domain.times import parse, render
from tests.conformance.power import ACCEPTED, keep


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.1") as charger:
        charger.answers["SetChargingProfile"] = ACCEPTED
        await charger.boot()
        yield charger


@pytest.fixture
async def session(charger):
    """A session that runs on EVSE 1."""
    await charger.plug_in(1)
    return await charger.start(1, "CARD-1")


def _needs(transfer):
    needs = {
        "requestedEnergyTransfer": transfer,
        "availableEnergyTransfer": ["DC", "DC_BPT"],
        "controlMode": "DynamicControl",
        "v2xChargingParameters": {"maxChargePower": 11000, "maxDischargePower": 11000},
    }
    return {"evseId": 1, "chargingNeeds": needs}


async def _sent(charger):
    return (await charger.wait_for_call("SetChargingProfile")).payload["chargingProfile"]


def _period(profile):
    return profile["chargingSchedule"][0]["chargingSchedulePeriod"][0]


async def _set(charger, desk, period, *, kind="Relative", purpose="TxProfile", **fields):
    """Send a profile with this one period for the session; as it arrived."""
    wire_id = await keep(desk, purpose, kind=kind, unit="W", period=period, **fields)
    command = await desk.command("set_charging_profile", profile=wire_id, evse=1)
    assert command["state"] == "accepted", command
    return await _sent(charger)


async def test_q01_bidirectional_charging_is_accepted(charger, session):
    """Q01.FR.07: where nothing forbids it, a bidirectional transfer is accepted and a profile follows."""
    assert await charger.call("NotifyEVChargingNeeds", _needs("DC_BPT")) == ACCEPTED
    assert (await _sent(charger))["transactionId"] == session.transaction_id


async def test_q01_a_transfer_that_is_not_allowed_is_rejected(charger, desk, session):
    """Q01.FR.04: what the session was not allowed ends it."""
    charger.answers["NotifyAllowedEnergyTransfer"] = ACCEPTED
    await desk.command("allow_energy_transfer", transaction_id=session.transaction_id, modes="DC")
    assert await charger.call("NotifyEVChargingNeeds", _needs("DC_BPT")) == {"status": "Rejected"}


async def test_q02_charging_only_before_more_is_allowed(charger, desk, session):
    """Q02.FR.01, Q02.FR.02, Q02.FR.05: a plain schedule first, then the wider list, then needs for both directions."""
    assert await charger.call("NotifyEVChargingNeeds", _needs("DC")) == ACCEPTED
    period = _period(await _sent(charger))
    assert period.get("operationMode", "ChargingOnly") == "ChargingOnly"
    assert not {"dischargeLimit", "setpoint", "setpointReactive"} & period.keys()
    charger.answers["NotifyAllowedEnergyTransfer"] = ACCEPTED
    command = await desk.command("allow_energy_transfer", transaction_id=session.transaction_id, modes="DC, DC_BPT")
    assert command["state"] == "accepted"
    received = (await charger.wait_for_call("NotifyAllowedEnergyTransfer")).payload
    assert received == {"transactionId": session.transaction_id, "allowedEnergyTransfer": ["DC", "DC_BPT"]}
    assert await charger.call("NotifyEVChargingNeeds", _needs("DC_BPT")) == ACCEPTED


async def test_q03_a_schedule_of_setpoints(charger, desk, session):
    """Q03.FR.01, Q03.FR.02: setpoints without limits; negative ones give energy back."""
    period = {"startPeriod": 0, "operationMode": "CentralSetpoint", "setpoint": -5000}
    assert _period(await _set(charger, desk, period)) == period
    shown = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=60&unit=W")
    assert shown["periods"][0]["setpoint"] == -5000


async def test_q03_setpoints_with_limits_are_refused_here(desk, charger):
    """Q03.FR.02: a CSMS shall not send both."""
    period = {"startPeriod": 0, "operationMode": "CentralSetpoint", "setpoint": 5000, "limit": 6000}
    schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": [period]}
    body = {"purpose": "TxProfile", "kind": "Relative", "schedules": [schedule]}
    refused = await desk.post("charging-profiles/", body, status=(400,))
    assert "Q03.FR.02" in str(refused)


async def test_q04_a_setpoint_that_we_change(charger, desk, session):
    """Q04: a dynamic profile, its setpoint updated as often as needed."""
    period = {"startPeriod": 0, "operationMode": "CentralSetpoint", "setpoint": 3000}
    profile = await _set(charger, desk, period, kind="Dynamic")
    charger.answers["UpdateDynamicSchedule"] = ACCEPTED
    await desk.command("update_dynamic_schedule", profile=profile["id"], setpoint=-2000)
    received = (await charger.wait_for_call("UpdateDynamicSchedule")).payload
    assert received["scheduleUpdate"] == {"setpoint": -2000}
    shown = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=60&unit=W")
    assert shown["periods"][0]["setpoint"] == -2000


async def test_q05_an_external_setpoint_by_our_profile(charger, desk, session):
    """Q05: the profile leaves the setpoint to an external system, below our limit."""
    period = {"startPeriod": 0, "operationMode": "ExternalSetpoint", "limit": 8000, "dischargeLimit": -4000}
    assert _period(await _set(charger, desk, period, kind="Dynamic")) == period


async def test_q06_an_external_setpoint_by_a_profile_of_theirs(charger, desk):
    """Q06: reported by the station, with its source."""
    schedule = {
        "id": 1,
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "operationMode": "ExternalSetpoint", "setpoint": -1500}],
    }
    limit = {"chargingLimit": {"chargingLimitSource": "EMS"}, "evseId": 1, "chargingSchedule": [schedule]}
    assert await charger.call("NotifyChargingLimit", limit) == {}
    shown = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=60&unit=W")
    assert shown["periods"][0]["setpoint"] == -1500


async def test_q07_central_frequency_support(charger, desk, session):
    """Q07: as with a central setpoint, in a mode of its own."""
    period = {"startPeriod": 0, "operationMode": "CentralFrequency", "setpoint": 1000}
    assert _period(await _set(charger, desk, period, kind="Dynamic")) == period


_CURVE = [{"frequency": 49.8, "power": -10000}, {"frequency": 50.2, "power": 10000}]


async def test_q08_local_frequency_support_and_the_signal_of_the_grid(charger, desk, session):
    """Q08.FR.02, Q08.FR.10: a curve over frequency, and the signal of the grid operator passed on."""
    period = {
        "startPeriod": 0,
        "operationMode": "LocalFrequency",
        "v2xBaseline": 0,
        "v2xFreqWattCurve": _CURVE,
        "v2xSignalWattCurve": [{"signal": -100, "power": -5000}, {"signal": 100, "power": 5000}],
    }
    assert _period(await _set(charger, desk, period)) == period
    charger.answers["AFRRSignal"] = ACCEPTED
    at = render(timezone.now())
    command = await desk.command("send_afrr_signal", signal=-40, at=at)
    assert command["state"] == "accepted"
    received = (await charger.wait_for_call("AFRRSignal")).payload
    assert (received["signal"], parse(received["timestamp"])) == (-40, parse(at))


async def test_q08_a_curve_too_short_is_refused_here(charger, desk):
    """Q08.FR.02: two points at least."""
    period = {"startPeriod": 0, "operationMode": "LocalFrequency", "v2xBaseline": 0, "v2xFreqWattCurve": _CURVE[:1]}
    schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": [period]}
    body = {"purpose": "TxProfile", "kind": "Relative", "schedules": [schedule]}
    assert "Q08.FR.02" in str(await desk.post("charging-profiles/", body, status=(400,)))


async def test_q09_local_load_balancing(charger, desk, session):
    """Q09: the station balances by its own meter, within limits."""
    period = {"startPeriod": 0, "operationMode": "LocalLoadBalancing", "limit": 7000, "dischargeLimit": -7000}
    assert _period(await _set(charger, desk, period)) == period


async def test_q10_idle_with_least_consumption(charger, desk, session):
    """Q10.FR.01: no limits on the wire; nothing flows, and the EVSE may sleep."""
    period = {"startPeriod": 0, "operationMode": "Idle", "evseSleep": True}
    assert _period(await _set(charger, desk, period)) == period
    shown = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=60&unit=W")
    assert shown["periods"][0]["limit"] == 0


async def test_q11_a_profile_says_how_long_it_holds_offline(charger, desk, session):
    """Q11: maxOfflineDuration goes with it."""
    period = {"startPeriod": 0, "operationMode": "CentralSetpoint", "setpoint": -3000}
    profile = await _set(charger, desk, period, extras={"maxOfflineDuration": 600})
    assert profile["maxOfflineDuration"] == 600


async def test_q12_a_profile_says_whether_it_holds_again_online(charger, desk, session):
    """Q12: invalidAfterOfflineDuration goes with it."""
    period = {"startPeriod": 0, "operationMode": "CentralSetpoint", "setpoint": -3000}
    extras = {"maxOfflineDuration": 600, "invalidAfterOfflineDuration": True}
    profile = await _set(charger, desk, period, extras=extras)
    assert profile["invalidAfterOfflineDuration"] is True
