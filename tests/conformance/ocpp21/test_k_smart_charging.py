"""OCPP 2.1 block K: ISO 15118-20, priority charging, local generation, dynamic profiles."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations.domain.times import render
from stations.models import AppliedProfile, ChargingNeeds, Fact
from tests.conformance.power import ACCEPTED, in_force, keep


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


def _needs(mode="ScheduledControl", *, energy_wh=20000, hours=4, transfer="DC"):
    needs = {
        "requestedEnergyTransfer": transfer,
        "controlMode": mode,
        "departureTime": render(timezone.now() + timedelta(hours=hours)),
        "v2xChargingParameters": {"evTargetEnergyRequest": energy_wh, "maxChargePower": 50000},
    }
    return {"evseId": 1, "maxScheduleTuples": 3, "chargingNeeds": needs}


async def _sent(charger):
    payload = (await charger.wait_for_call("SetChargingProfile")).payload
    return payload["evseId"], payload["chargingProfile"]


def _limit(profile):
    return profile["chargingSchedule"][0]["chargingSchedulePeriod"][0]["limit"]


async def test_k18_scheduled_control_gets_its_schedule(charger, session):
    """K18.FR.03, K18.FR.07, K18.FR.11: one schedule in W for the transaction; the vehicle's own within it is taken."""
    assert await charger.call("NotifyEVChargingNeeds", _needs()) == ACCEPTED
    evse, offered = await _sent(charger)
    assert (evse, offered["chargingProfilePurpose"]) == (1, "TxProfile")
    assert offered["transactionId"] == session.transaction_id
    assert _limit(offered) == pytest.approx(5000, abs=1)
    schedule = offered["chargingSchedule"][0]
    chosen = {
        "id": schedule["id"],
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": schedule["chargingSchedulePeriod"],
    }
    told = {
        "evseId": 1,
        "timeBase": render(timezone.now()),
        "chargingSchedule": chosen,
        "selectedChargingScheduleId": 1,
    }
    assert await charger.call("NotifyEVChargingSchedule", told) == ACCEPTED


async def test_k18_needs_without_a_session_get_no_profile(charger, desk):
    """K18.FR.04: NoChargingProfile; Rejected would end a transaction."""
    assert await charger.call("NotifyEVChargingNeeds", _needs()) == {"status": "NoChargingProfile"}
    assert [row["answer"] for row in await desk.list("charging-needs/")] == ["NoChargingProfile"]


async def test_k19_dynamic_control_gets_its_schedule(charger, session, database):
    """K19.FR.03, K19.FR.07: one schedule, whatever the control mode."""
    assert await charger.call("NotifyEVChargingNeeds", _needs("DynamicControl")) == ACCEPTED
    _, offered = await _sent(charger)
    assert len(offered["chargingSchedule"]) == 1
    assert (await database(ChargingNeeds.objects.get)).control_mode == "DynamicControl"


async def test_k20_changed_needs_change_the_schedule(charger, session):
    """K20.FR.03: the same profile with other limits."""
    await charger.call("NotifyEVChargingNeeds", _needs("DynamicControl"))
    _, first = await _sent(charger)
    await charger.call("NotifyEVChargingNeeds", _needs("DynamicControl", energy_wh=40000))
    _, second = await _sent(charger)
    assert second["id"] == first["id"]
    assert _limit(second) == pytest.approx(2 * _limit(first), rel=0.01)


async def _priority_profile(charger, desk):
    wire_id = await keep(desk, "PriorityCharging", kind="Relative", limit=30)
    await desk.command("set_charging_profile", profile=wire_id, evse=0)
    await _sent(charger)
    default = await keep(desk, limit=6)
    await desk.command("set_charging_profile", profile=default, evse=1)


async def _limit_now(desk):
    schedule = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=60&unit=A")
    return schedule["periods"][0].get("limit")


async def test_k21_priority_charging_asked_for_remotely(charger, desk, session):
    """K21.FR.04, K21.FR.09: once the station notifies it, the priority profile counts instead of the default one."""
    await _priority_profile(charger, desk)
    assert await _limit_now(desk) == 6
    charger.answers["UsePriorityCharging"] = ACCEPTED
    command = await desk.command("use_priority_charging", transaction_id=session.transaction_id, activate=True)
    assert command["state"] == "accepted"
    received = (await charger.wait_for_call("UsePriorityCharging")).payload
    assert received == {"transactionId": session.transaction_id, "activate": True}
    told = {"transactionId": session.transaction_id, "activated": True}
    assert await charger.call("NotifyPriorityCharging", told) == {}
    assert await _limit_now(desk) == 30
    await charger.call("NotifyPriorityCharging", told | {"activated": False})
    assert await _limit_now(desk) == 6


async def test_k21_a_station_without_a_priority_profile(charger, desk, session):
    """K21.FR.01: NoProfile is a refusal."""
    charger.answers["UsePriorityCharging"] = {"status": "NoProfile"}
    command = await desk.command("use_priority_charging", transaction_id=session.transaction_id, activate=True)
    assert command["state"] == "rejected"


async def test_k22_priority_charging_asked_for_at_the_station(charger, desk, session, database):
    """K22.FR.06: nobody asked us, and it counts all the same; of an unknown transaction it is only noted."""
    await _priority_profile(charger, desk)
    await charger.call("NotifyPriorityCharging", {"transactionId": session.transaction_id, "activated": True})
    assert await _limit_now(desk) == 30
    assert await charger.call("NotifyPriorityCharging", {"transactionId": "nobody", "activated": True}) == {}
    assert await database(Fact.objects.filter(kind="priority_charging.unknown_session").exists)


async def test_k27_local_generation_comes_on_top(charger, desk):
    """K27: 2 kW of the sun on top of a default of 5 kW."""
    wire_id = await keep(desk, kind="Relative", limit=5000, unit="W")
    await desk.command("set_charging_profile", profile=wire_id, evse=1)
    schedule = {"id": 1, "chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 2000}]}
    limit = {"chargingLimitSource": "EMS", "isLocalGeneration": True}
    assert await charger.call("NotifyChargingLimit", {"chargingLimit": limit, "chargingSchedule": [schedule]}) == {}
    found = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=60&unit=W")
    assert found["periods"][0]["limit"] == 7000


async def _dynamic(charger, desk, **extras):
    wire_id = await keep(desk, kind="Dynamic", limit=16, extras=extras)
    command = await desk.command("set_charging_profile", profile=wire_id, evse=1)
    assert command["state"] == "accepted"
    _, wire = await _sent(charger)
    return wire_id, wire


async def test_k28_dynamic_schedule_updated_by_us(charger, desk):
    """K28.FR.01, K28.FR.06: one period whose limit is changed without a new profile."""
    wire_id, wire = await _dynamic(charger, desk)
    assert (wire["chargingProfileKind"], len(wire["chargingSchedule"][0]["chargingSchedulePeriod"])) == ("Dynamic", 1)
    charger.answers["UpdateDynamicSchedule"] = ACCEPTED
    command = await desk.command("update_dynamic_schedule", profile=wire_id, limit=10)
    assert command["state"] == "accepted"
    received = (await charger.wait_for_call("UpdateDynamicSchedule")).payload
    assert received == {"chargingProfileId": wire_id, "scheduleUpdate": {"limit": 10}}
    assert await _limit_now(desk) == 10


async def test_k28_dynamic_schedule_pulled_by_the_station(charger, desk):
    """K28.FR.07: the station asks, and gets the limit that the profile has with us now."""
    wire_id, wire = await _dynamic(charger, desk, dynUpdateInterval=60)
    assert wire["dynUpdateInterval"] == 60
    row = await desk.get(f"charging-profiles/{wire_id}/")
    row["schedules"][0]["chargingSchedulePeriod"][0]["limit"] = 13
    await desk.patch(f"charging-profiles/{wire_id}/", {"schedules": row["schedules"]})
    answer = await charger.call("PullDynamicScheduleUpdate", {"chargingProfileId": wire_id})
    assert answer == {"status": "Accepted", "scheduleUpdate": {"limit": 13}}
    assert await _limit_now(desk) == 13


async def test_k28_pulling_what_is_no_dynamic_profile(charger, desk):
    """K28.FR.12: one that does not exist, or is of another kind."""
    wire_id = await keep(desk)
    await desk.command("set_charging_profile", profile=wire_id, evse=1)
    for asked in (wire_id, 4711):
        answer = await charger.call("PullDynamicScheduleUpdate", {"chargingProfileId": asked})
        assert answer == {"status": "Rejected", "statusInfo": {"reasonCode": "InvalidProfile"}}


async def test_k29_dynamic_profile_of_an_external_system(charger, desk, database):
    """K29.FR.04: reported as a dynamic constraint, it limits what we compute; its limits come from elsewhere."""
    charger.answers["GetChargingProfiles"] = ACCEPTED
    await desk.command("get_charging_profiles", purpose="ChargingStationExternalConstraints")
    request = (await charger.wait_for_call("GetChargingProfiles")).payload
    period = {"startPeriod": 0, "limit": 9, "operationMode": "ExternalLimits"}
    profile = {
        "id": -7,
        "stackLevel": 0,
        "chargingProfilePurpose": "ChargingStationExternalConstraints",
        "chargingProfileKind": "Dynamic",
        "dynUpdateTime": render(timezone.now()),
        "chargingSchedule": [{"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [period]}],
    }
    report = {"chargingLimitSource": "EMS", "evseId": 1, "chargingProfile": [profile]}
    assert await charger.call("ReportChargingProfiles", report | {"requestId": request["requestId"]}) == {}
    assert await in_force(desk) == [(-7, 1)]
    assert await _limit_now(desk) == 9
    row = await database(AppliedProfile.objects.get)
    assert (row.kind, row.source, "dynUpdateTime" in row.extras) == ("Dynamic", "EMS", True)


async def test_k29_a_default_profile_with_external_limits(charger, desk):
    """K29.FR.03: an operator says that the limit in this profile is another's to give."""
    period = {"startPeriod": 0, "operationMode": "ExternalLimits"}
    wire_id = await keep(desk, kind="Dynamic", period=period)
    command = await desk.command("set_charging_profile", profile=wire_id, evse=1)
    assert command["state"] == "accepted"
    _, wire = await _sent(charger)
    assert wire["chargingSchedule"][0]["chargingSchedulePeriod"] == [period]
