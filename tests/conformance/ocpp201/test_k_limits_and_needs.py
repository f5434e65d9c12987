"""OCPP 2.0.1 block K: limits that others impose, what vehicles need and mean to take."""

import pytest
from django.utils import timezone

from stations.domain.times import render
from stations.models import AppliedProfile, ChargingLimit, ChargingNeeds, EvSchedule, Fact
from tests.conformance.power import ACCEPTED, in_force, keep, needs, profile


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1") as charger:
        charger.answers |= {
            "SetChargingProfile": ACCEPTED,
            "ClearChargingProfile": ACCEPTED,
            "GetChargingProfiles": ACCEPTED,
        }
        await charger.boot()
        yield charger


@pytest.fixture
async def session(charger):
    """A session that runs on EVSE 1."""
    await charger.plug_in(1)
    return await charger.start(1, "CARD-1")


async def _sent(charger):
    """The EVSE and the profile of the next SetChargingProfile."""
    payload = (await charger.wait_for_call("SetChargingProfile")).payload
    return payload["evseId"], payload["chargingProfile"]


def _limit_of(source="EMS", *, limit=8000, **members):
    schedule = {
        "id": 1,
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
    }
    return {"chargingLimit": {"chargingLimitSource": source, **members}, "chargingSchedule": [schedule]}


async def test_tc_k_48_external_charging_limit_without_a_transaction(charger, desk, database):
    """N/a: it is stored, and nothing we compute goes above it."""
    assert await charger.call("NotifyChargingLimit", _limit_of(isGridCritical=True)) == {}
    row = await database(ChargingLimit.objects.get)
    assert (row.source, row.evse_number, row.is_grid_critical, row.released_at) == ("EMS", 0, True, None)
    schedule = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=60")
    assert schedule["periods"][0]["limit"] == 8000
    assert await database(Fact.objects.filter(kind="charging_limit.imposed").exists)
    await charger.call("NotifyChargingLimit", _limit_of(limit=4000))
    [shown] = await desk.list("charging-limits/?released=false")
    assert (shown["source"], shown["schedules"][0]["chargingSchedulePeriod"][0]["limit"]) == ("EMS", 4000)


async def test_tc_k_50_release_an_external_limit_without_a_transaction(charger, desk):
    """N/a: it no longer counts."""
    await charger.call("NotifyChargingLimit", _limit_of())
    assert await charger.call("ClearedChargingLimit", {"chargingLimitSource": "EMS"}) == {}
    assert await desk.list("charging-limits/?released=false") == []
    schedule = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=60")
    assert "limit" not in schedule["periods"][0]


async def test_tc_k_51_release_an_external_limit_with_a_transaction(charger, desk, session):
    """N/a: the session goes on, and its new rate is taken down."""
    await charger.call("NotifyChargingLimit", _limit_of() | {"evseId": 1})
    assert await charger.call("ClearedChargingLimit", {"chargingLimitSource": "EMS", "evseId": 1}) == {}
    assert await charger.call("TransactionEvent", _event(session, "ChargingRateChanged")) == {}
    assert await desk.list("charging-limits/?released=false") == []


def _event(session, trigger, **info):
    return {
        "eventType": "Updated",
        "timestamp": render(timezone.now()),
        "triggerReason": trigger,
        "seqNo": session.take_seq_no(),
        "transactionInfo": {"transactionId": session.transaction_id, **info},
    }


async def test_tc_k_52_external_constraints_in_a_report(charger, desk):
    """N/a: a profile of somebody else is kept with its source and is never cleared by us."""
    command = await desk.command("get_charging_profiles", purpose="ChargingStationExternalConstraints")
    assert command["state"] == "accepted"
    request = (await charger.wait_for_call("GetChargingProfiles")).payload
    report = {
        "requestId": request["requestId"],
        "chargingLimitSource": "EMS",
        "evseId": 0,
        "chargingProfile": [profile(-1, "ChargingStationExternalConstraints", limit=13)],
    }
    assert await charger.call("ReportChargingProfiles", report) == {}
    [row] = await desk.list("applied-profiles/?in_force=true")
    assert (row["profile"], row["source"], row["evse"]) == (-1, "EMS", 0)
    schedule = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=60&unit=A")
    assert schedule["periods"][0]["limit"] == 13
    await desk.command("clear_charging_profile", stack_level=0)
    assert await in_force(desk) == [(-1, 0)]


async def _needs_answered(charger, **values):
    return await charger.call(
        "NotifyEVChargingNeeds", {"evseId": 1, "maxScheduleTuples": 3, "chargingNeeds": needs(**values)}
    )


def _schedule(offered, *, plus=0.0):
    [schedule] = offered["chargingSchedule"]
    periods = [
        {"startPeriod": period["startPeriod"], "limit": period["limit"] + plus}
        for period in schedule["chargingSchedulePeriod"]
    ]
    wire = {"id": 1, "chargingRateUnit": schedule["chargingRateUnit"], "chargingSchedulePeriod": periods}
    return {"evseId": 1, "timeBase": render(timezone.now()), "chargingSchedule": wire}


async def test_tc_k_53_charging_with_load_leveling(charger, desk, database, session):
    """K15.FR.02, K15.FR.03, K15.FR.05, K15.FR.07, K15.FR.11: the energy evenly until departure, under the limits."""
    assert await _needs_answered(charger, energy_wh=11000, hours=2) == ACCEPTED
    evse, offered = await _sent(charger)
    assert (evse, offered["chargingProfilePurpose"]) == (1, "TxProfile")
    assert offered["transactionId"] == session.transaction_id
    [schedule] = offered["chargingSchedule"]
    assert len(schedule["chargingSchedulePeriod"]) <= 3
    # 11 kWh in 2 h over three phases of 230 V.
    assert schedule["chargingSchedulePeriod"][0]["limit"] == pytest.approx(11000 / 2 / 690, abs=0.1)
    await database.until(lambda: ChargingNeeds.objects.filter(answer="Accepted").exists(), "the needs are kept")
    assert await charger.call("NotifyEVChargingSchedule", _schedule(offered)) == ACCEPTED


async def test_tc_k_53_1_charging_needs_without_a_session_are_rejected(charger, desk):
    """K15.FR.04: there is nobody to give a schedule to; the needs are kept."""
    assert await _needs_answered(charger) == {"status": "Rejected"}
    [row] = await desk.list("charging-needs/")
    assert (row["evse"], row["session"], row["answer"]) == (1, None, "Rejected")


async def test_tc_k_53_2_a_planned_schedule_stays_below_the_limits_in_force(charger, desk, session):
    """K15.FR.07: needs never lift what limits the station."""
    await desk.command("set_charging_profile", profile=await keep(desk, "ChargingStationMaxProfile", limit=10))
    await _sent(charger)
    assert await _needs_answered(charger, energy_wh=60000, hours=1) == ACCEPTED
    _, offered = await _sent(charger)
    assert offered["chargingSchedule"][0]["chargingSchedulePeriod"][0]["limit"] == 10


async def test_tc_k_55_ev_charging_schedule_exceeds_the_limits(charger, database, session):
    """K15.FR.12, K15.FR.13, K16.FR.07, K16.FR.08, K17.FR.12, K17.FR.13: rejected, and renegotiated."""
    assert await _needs_answered(charger) == ACCEPTED
    _, offered = await _sent(charger)
    await database.until(_applied, "the schedule is in force")
    too_much = _schedule(offered, plus=10)
    assert await charger.call("NotifyEVChargingSchedule", too_much) == {"status": "Rejected"}
    await charger.call("TransactionEvent", _event(session, "ChargingStateChanged", chargingState="Charging"))
    evse, again = await _sent(charger)
    assert (evse, again["chargingProfilePurpose"]) == (1, "TxProfile")
    assert again["transactionId"] == session.transaction_id
    assert await charger.call("NotifyEVChargingSchedule", _schedule(again)) == ACCEPTED
    assert await charger.call("TransactionEvent", _event(session, "ChargingRateChanged")) == {}
    accepted = await database(lambda: list(EvSchedule.objects.order_by("id").values_list("accepted", flat=True)))
    assert accepted == [False, True]


def _applied():
    return AppliedProfile.objects.filter(purpose="TxProfile", state="accepted").exists()


async def test_tc_k_57_renegotiation_initiated_by_the_ev(charger, session):
    """K17.FR.02, K17.FR.03, K17.FR.05, K17.FR.07, K17.FR.11: new needs, new schedule, in the place of the old."""
    assert await _needs_answered(charger) == ACCEPTED
    _, first = await _sent(charger)
    assert await _needs_answered(charger, energy_wh=22000) == ACCEPTED
    await charger.call("TransactionEvent", _event(session, "ChargingRateChanged"))
    evse, second = await _sent(charger)
    assert (evse, second["chargingProfilePurpose"], second["id"]) == (1, "TxProfile", first["id"])
    assert second["transactionId"] == session.transaction_id
    assert await charger.call("NotifyEVChargingSchedule", _schedule(second)) == ACCEPTED


async def test_tc_k_58_renegotiation_initiated_by_the_csms(charger, desk, session):
    """K16.FR.06: a TxProfile of the operator's, of which the vehicle stays below."""
    await _needs_answered(charger)
    await _sent(charger)
    wire_id = await keep(desk, "TxProfile", kind="Relative", limit=12, stack_level=3)
    await desk.command("set_charging_profile", profile=wire_id, evse=1)
    evse, offered = await _sent(charger)
    assert (evse, offered["chargingProfilePurpose"]) == (1, "TxProfile")
    assert offered["transactionId"] == session.transaction_id
    assert await charger.call("NotifyEVChargingSchedule", _schedule(offered)) == ACCEPTED
    assert await charger.call("TransactionEvent", _event(session, "ChargingRateChanged")) == {}


async def test_tc_k_59_renegotiation_initiated_by_the_csms_with_new_needs(charger, desk, session):
    """K16.FR.12: the vehicle tells its needs again and gets a schedule above the operator's stack level."""
    wire_id = await keep(desk, "TxProfile", kind="Relative", limit=12, stack_level=3)
    await desk.command("set_charging_profile", profile=wire_id, evse=1)
    _, first = await _sent(charger)
    assert first["transactionId"] == session.transaction_id
    assert await _needs_answered(charger) == ACCEPTED
    evse, second = await _sent(charger)
    assert (evse, second["chargingProfilePurpose"]) == (1, "TxProfile")
    assert second["transactionId"] == session.transaction_id
    assert second["stackLevel"] > first["stackLevel"]
    assert await charger.call("NotifyEVChargingSchedule", _schedule(second)) == ACCEPTED
