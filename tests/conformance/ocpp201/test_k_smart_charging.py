"""OCPP 2.0.1 block K: smart charging."""

import pytest
from django.utils import timezone

from stations.domain.times import render
from stations.models import CompositeSchedule
from stations.simulator.charger import CallError
from tests.conformance.power import ACCEPTED, in_force, keep, profile


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


async def test_tc_k_01_set_tx_default_profile_for_a_specific_evse(charger, desk):
    """K01.FR.31: absolute, valid for its time, its first period starts at 0."""
    wire_id = await keep(desk, limit=6)
    command = await desk.command("set_charging_profile", profile=wire_id, evse=1)
    assert command["state"] == "accepted"
    evse, wire = await _sent(charger)
    assert (evse, wire["id"], wire["stackLevel"]) == (1, wire_id, 0)
    assert (wire["chargingProfilePurpose"], wire["chargingProfileKind"]) == ("TxDefaultProfile", "Absolute")
    assert wire["validFrom"] < wire["validTo"]
    [schedule] = wire["chargingSchedule"]
    assert (schedule["startSchedule"], schedule["duration"]) == (wire["validFrom"], 300)
    assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 6, "numberPhases": 3}]
    assert await in_force(desk) == [(wire_id, 1)]


async def test_tc_k_02_set_tx_profile_without_a_transaction(charger, desk):
    """N/a: it is sent all the same, and the station's refusal is read."""
    charger.answers["SetChargingProfile"] = {"status": "Rejected", "statusInfo": {"reasonCode": "TxNotFound"}}
    wire_id = await keep(desk, "TxProfile", kind="Relative", limit=7)
    command = await desk.command("set_charging_profile", profile=wire_id, evse=1)
    assert command["state"] == "rejected"
    _, wire = await _sent(charger)
    assert "transactionId" not in wire
    assert "startSchedule" not in wire["chargingSchedule"][0]
    [row] = await desk.list("applied-profiles/")
    assert (row["state"], row["reason"]) == ("rejected", "Rejected · TxNotFound")


async def test_tc_k_03_set_charging_station_max_profile(charger, desk):
    """K01.FR.31, K01.FR.38: for EVSE 0, not relative."""
    wire_id = await keep(desk, "ChargingStationMaxProfile", limit=8)
    await desk.command("set_charging_profile", profile=wire_id)
    evse, wire = await _sent(charger)
    assert (evse, wire["chargingProfilePurpose"]) == (0, "ChargingStationMaxProfile")
    assert wire["chargingProfileKind"] == "Absolute"
    schedule = wire["chargingSchedule"][0]
    assert schedule["startSchedule"]
    assert schedule["chargingSchedulePeriod"][0] == {"startPeriod": 0, "limit": 8, "numberPhases": 3}
    assert await in_force(desk) == [(wire_id, 0)]


async def test_tc_k_04_replace_a_charging_profile_by_its_id(charger, desk):
    """n/a: the same id with another limit takes the place of the one before."""
    wire_id = await keep(desk, limit=8)
    await desk.command("set_charging_profile", profile=wire_id, evse=1)
    row = await desk.get(f"charging-profiles/{wire_id}/")
    row["schedules"][0]["chargingSchedulePeriod"][0]["limit"] = 6
    await desk.patch(f"charging-profiles/{wire_id}/", {"schedules": row["schedules"]})
    await desk.command("set_charging_profile", profile=wire_id, evse=1)
    first, second = [await _sent(charger), await _sent(charger)]
    assert first[1]["id"] == second[1]["id"] == wire_id
    states = [(row["state"], _limit(row)) for row in await desk.list("applied-profiles/")]
    assert states == [("accepted", 6), ("replaced", 8)]


def _limit(row):
    return row["schedules"][0]["chargingSchedulePeriod"][0]["limit"]


async def test_tc_k_05_clear_a_charging_profile_by_its_id(charger, desk):
    """K10.FR.02: the id alone, and it is cleared in our book too."""
    wire_id = await keep(desk, "ChargingStationMaxProfile")
    await desk.command("set_charging_profile", profile=wire_id)
    command = await desk.command("clear_charging_profile", profile=wire_id)
    assert command["state"] == "accepted"
    assert (await charger.wait_for_call("ClearChargingProfile")).payload == {"chargingProfileId": wire_id}
    assert await in_force(desk) == []


async def test_tc_k_06_clear_by_purpose_stack_level_and_evse(charger, desk):
    """K10.FR.02: only the profile that fits all three is cleared."""
    gone, stays = await keep(desk, stack_level=0), await keep(desk, stack_level=1)
    for wire_id in (gone, stays):
        await desk.command("set_charging_profile", profile=wire_id, evse=1)
    await desk.command("clear_charging_profile", purpose="TxDefaultProfile", stack_level=0, evse=1)
    received = await charger.wait_for_call("ClearChargingProfile")
    criteria = {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0, "evseId": 1}
    assert received.payload == {"chargingProfileCriteria": criteria}
    assert await in_force(desk) == [(stays, 1)]


async def test_tc_k_08_clear_without_a_previous_profile(charger, desk):
    """N/a: the station knows of none."""
    charger.answers["ClearChargingProfile"] = {"status": "Unknown"}
    command = await desk.command("clear_charging_profile", purpose="TxDefaultProfile", stack_level=0, evse=1)
    assert (command["state"], command["result"]) == ("rejected", {"status": "Unknown"})


async def test_tc_k_10_set_tx_default_profile_for_all_evses(charger, desk):
    """K01.FR.31: on EVSE 0 it bears on each."""
    wire_id = await keep(desk, limit=6)
    await desk.command("set_charging_profile", profile=wire_id, evse=0)
    evse, wire = await _sent(charger)
    assert (evse, wire["chargingProfilePurpose"]) == (0, "TxDefaultProfile")
    schedule = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=60&unit=A")
    assert schedule["periods"][0]["limit"] == 6


async def test_tc_k_15_set_charging_profile_not_supported(charger, desk):
    """N/a: a CALLERROR ends the command, and no profile counts."""
    charger.answers["SetChargingProfile"] = CallError("NotSupported", "No smart charging")
    command = await desk.command("set_charging_profile", profile=await keep(desk), evse=1)
    assert (command["state"], command["error_code"]) == ("failed", "NotSupported")
    [row] = await desk.list("applied-profiles/")
    assert (row["state"], row["reason"]) == ("rejected", "No smart charging")


async def test_tc_k_19_set_a_recurring_profile(charger, desk):
    """N/a: with its recurrencyKind."""
    wire_id = await keep(desk, kind="Recurring", recurrency="Daily")
    await desk.command("set_charging_profile", profile=wire_id, evse=1)
    _, wire = await _sent(charger)
    assert (wire["chargingProfileKind"], wire["recurrencyKind"]) == ("Recurring", "Daily")
    assert wire["chargingSchedule"][0]["chargingSchedulePeriod"][0]["startPeriod"] == 0


async def _reported(charger, desk, parts=None, **values):
    """Ask for profiles; the station reports those of EVSE 1. The request as it was sent."""
    command = await desk.command("get_charging_profiles", **values)
    assert command["state"] == "accepted"
    request = (await charger.wait_for_call("GetChargingProfiles")).payload
    parts = parts or [(1, [profile(41)])]
    for place, (evse, profiles) in enumerate(parts):
        report = {
            "requestId": request["requestId"],
            "chargingLimitSource": "CSO",
            "evseId": evse,
            "chargingProfile": profiles,
            "tbc": place + 1 < len(parts),
        }
        assert await charger.call("ReportChargingProfiles", report) == {}
    return request


async def test_tc_k_29_get_charging_profiles_of_evse_0(charger, desk, session):
    """K09.FR.03: of the station itself, by purpose."""
    parts = [(0, [profile(41, "ChargingStationMaxProfile")])]
    request = await _reported(charger, desk, parts, evse=0, purpose="ChargingStationMaxProfile")
    assert request["evseId"] == 0
    assert request["chargingProfile"] == {"chargingProfilePurpose": "ChargingStationMaxProfile"}
    assert await in_force(desk) == [(41, 0)]


async def test_tc_k_30_get_charging_profiles_of_an_evse(charger, desk):
    """K09.FR.03: of one EVSE."""
    request = await _reported(charger, desk, evse=1, purpose="TxDefaultProfile")
    assert request["evseId"] == 1
    assert await in_force(desk) == [(41, 1)]


async def test_tc_k_31_get_charging_profiles_of_all_evses_in_parts(charger, desk):
    """K09.FR.03: without an EVSE; what the last part leaves untold is no longer installed."""
    gone = await keep(desk, stack_level=5)
    await desk.command("set_charging_profile", profile=gone, evse=1)
    parts = [(1, [profile(41)]), (2, [profile(42)])]
    request = await _reported(charger, desk, parts, purpose="TxDefaultProfile")
    assert "evseId" not in request
    assert sorted(await in_force(desk)) == [(41, 1), (42, 2)]
    [row] = await desk.list(f"applied-profiles/?profile={gone}")
    assert row["state"] == "cleared"


async def test_tc_k_32_get_a_charging_profile_by_its_id(charger, desk):
    """K09.FR.03: by id alone; other profiles stay what they were."""
    other = await keep(desk, stack_level=5)
    await desk.command("set_charging_profile", profile=other, evse=1)
    request = await _reported(charger, desk, profile=41)
    assert request["chargingProfile"] == {"chargingProfileId": [41]}
    assert sorted(await in_force(desk)) == sorted([(41, 1), (other, 1)])


async def test_tc_k_33_get_charging_profiles_by_evse_and_stack_level(charger, desk):
    """K09.FR.03."""
    request = await _reported(charger, desk, evse=1, stack_level=0)
    assert (request["evseId"], request["chargingProfile"]) == (1, {"stackLevel": 0})


async def test_tc_k_34_get_charging_profiles_by_evse_and_source(charger, desk):
    """K09.FR.03."""
    request = await _reported(charger, desk, evse=1, source="CSO")
    assert (request["evseId"], request["chargingProfile"]) == (1, {"chargingLimitSource": ["CSO"]})


async def test_tc_k_35_get_charging_profiles_by_evse_and_purpose(charger, desk):
    """K09.FR.03."""
    request = await _reported(charger, desk, evse=1, purpose="TxDefaultProfile")
    assert request["chargingProfile"] == {"chargingProfilePurpose": "TxDefaultProfile"}


async def test_tc_k_36_get_charging_profiles_by_evse_purpose_and_stack_level(charger, desk):
    """K09.FR.03."""
    request = await _reported(charger, desk, evse=1, purpose="TxDefaultProfile", stack_level=0)
    assert request["evseId"] == 1
    assert request["chargingProfile"] == {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0}


async def test_tc_k_36_1_a_station_without_such_profiles_puts_the_book_right(charger, desk):
    """K09.FR.03: NoProfiles clears what we took for installed."""
    await desk.command("set_charging_profile", profile=await keep(desk), evse=1)
    charger.answers["GetChargingProfiles"] = {"status": "NoProfiles"}
    await desk.command("get_charging_profiles", evse=1, purpose="TxDefaultProfile")
    assert await in_force(desk) == []


async def test_tc_k_37_remote_start_with_a_charging_profile(charger, desk):
    """K05.FR.02, F01.FR.08, F01.FR.09, F01.FR.11: a relative TxProfile without a transactionId."""
    await charger.plug_in(1)
    wire_id = await keep(desk, "TxProfile", kind="Relative", limit=9)
    command = await desk.command("remote_start", id_token="CARD-1", evse=1, charging_profile=wire_id)
    assert command["state"] == "accepted"
    sent = (await charger.wait_for_call("RequestStartTransaction")).payload
    assert (sent["idToken"]["idToken"], sent["evseId"]) == ("CARD-1", 1)
    wire = sent["chargingProfile"]
    assert (wire["chargingProfilePurpose"], wire["chargingProfileKind"]) == ("TxProfile", "Relative")
    assert "transactionId" not in wire
    await charger.wait_until(lambda: charger.outlet(1).session is not None, timeout_s=60)
    await charger.outbox.settled()
    event = next(call for call in charger.sent if call.action == "TransactionEvent")
    assert event.payload["transactionInfo"]["remoteStartId"] == sent["remoteStartId"]
    schedule = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=60&unit=A")
    assert schedule["periods"][0]["limit"] == 9
    await charger.stop(1)
    assert [row["state"] for row in await desk.list("applied-profiles/")] == ["ended"]


def _composite(request):
    return {
        "status": "Accepted",
        "schedule": {
            "evseId": request["evseId"],
            "duration": request["duration"],
            "scheduleStart": render(timezone.now()),
            "chargingRateUnit": request["chargingRateUnit"],
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.0}],
        },
    }


async def test_tc_k_43_get_composite_schedule_of_an_evse(charger, desk):
    """K08.FR.01: kept beside what we expect, and found to be the same."""
    charger.answers["GetCompositeSchedule"] = _composite
    await desk.command("set_charging_profile", profile=await keep(desk, limit=10), evse=1)
    command = await desk.command("get_composite_schedule", evse=1, duration_s=200, unit="A")
    assert command["state"] == "accepted"
    received = (await charger.wait_for_call("GetCompositeSchedule")).payload
    assert received == {"evseId": 1, "duration": 200, "chargingRateUnit": "A"}
    shown = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=200&unit=A")
    assert shown["periods"][0] == {"startPeriod": 0, "limit": 10, "numberPhases": 3}
    assert shown["station_says"]["differences"] == []


async def test_tc_k_44_get_composite_schedule_of_the_station(charger, desk, database):
    """K08.FR.01: EVSE 0 is the grid connection."""
    charger.answers["GetCompositeSchedule"] = _composite
    await desk.command("set_charging_profile", profile=await keep(desk, "ChargingStationMaxProfile", limit=16))
    await desk.command("get_composite_schedule", evse=0, duration_s=200, unit="W")
    received = (await charger.wait_for_call("GetCompositeSchedule")).payload
    assert received == {"evseId": 0, "duration": 200, "chargingRateUnit": "W"}
    row = await database(CompositeSchedule.objects.get)
    assert (row.evse_number, row.unit, row.differs) == (0, "W", True)
    shown = await desk.get("stations/CP-1/composite-schedule/?evse=0&duration_s=200&unit=W")
    assert shown["periods"][0]["limit"] == 16 * 230 * 3


async def test_tc_k_60_set_tx_profile_with_a_transaction(charger, desk, session):
    """K01.FR.03, K01.FR.31: it names the transaction that runs on the EVSE."""
    wire_id = await keep(desk, "TxProfile", kind="Relative", limit=7)
    command = await desk.command("set_charging_profile", profile=wire_id, evse=1)
    assert command["state"] == "accepted"
    evse, wire = await _sent(charger)
    assert (evse, wire["transactionId"]) == (1, session.transaction_id)


async def test_tc_k_70_set_multiple_profiles(charger, desk):
    """n/a: another stack level is another profile, and the higher leads."""
    low, high = await keep(desk, stack_level=0, limit=6), await keep(desk, stack_level=1, limit=6)
    for wire_id in (low, high):
        await desk.command("set_charging_profile", profile=wire_id, evse=1)
    (_, first), (_, second) = await _sent(charger), await _sent(charger)
    assert first["id"] != second["id"]
    assert first["stackLevel"] != second["stackLevel"]
    assert sorted(await in_force(desk)) == [(low, 1), (high, 1)]
