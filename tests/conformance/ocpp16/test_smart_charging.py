"""OCPP 1.6 smart charging: TC_056, TC_057, TC_059, TC_066, TC_067."""

import pytest
from django.utils import timezone

from stations.domain.times import render
from stations.models import AppliedProfile, CompositeSchedule
from tests.conformance.power import ACCEPTED, keep


@pytest.fixture
async def charger(connect):
    async with connect("ocpp1.6") as charger:
        charger.answers["SetChargingProfile"] = ACCEPTED
        await charger.boot()
        yield charger


async def test_tc_056_central_smart_charging_tx_default_profile(charger, desk):
    """A TxDefaultProfile reaches the connector as it was kept, and is known to be in force."""
    profile = await keep(desk, "TxDefaultProfile")
    command = await desk.command("set_charging_profile", profile=profile, evse=1)
    assert command["state"] == "accepted"
    sent = (await charger.wait_for_call("SetChargingProfile")).payload
    assert sent["connectorId"] == 1
    wire = sent["csChargingProfiles"]
    assert wire["chargingProfileId"] == profile
    assert (wire["stackLevel"], wire["chargingProfilePurpose"]) == (0, "TxDefaultProfile")
    assert wire["chargingProfileKind"] == "Absolute"
    assert wire["chargingSchedule"]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 6, "numberPhases": 3}]
    applied = await desk.list("applied-profiles/?in_force=true")
    assert [(row["profile"], row["evse"], row["state"]) for row in applied] == [(profile, 1, "accepted")]


async def test_tc_057_central_smart_charging_tx_profile(charger, desk):
    """A TxProfile names the transaction that runs on the connector, and ends with it."""
    await charger.plug_in(1)
    session = await charger.start(1, "CARD-1")
    profile = await keep(desk, "TxProfile", limit=10)
    command = await desk.command("set_charging_profile", profile=profile, evse=1)
    assert command["state"] == "accepted"
    wire = (await charger.wait_for_call("SetChargingProfile")).payload["csChargingProfiles"]
    assert wire["transactionId"] == session.number
    assert wire["chargingProfilePurpose"] == "TxProfile"
    schedule = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=60&unit=A")
    assert schedule["periods"][0]["limit"] == 10
    await charger.stop(1)
    assert [row["state"] for row in await desk.list("applied-profiles/")] == ["ended"]


async def test_tc_057_1_central_smart_charging_charge_point_max_profile(charger, desk):
    """What limits the whole charge point goes to connector 0 under the name of 1.6."""
    profile = await keep(desk, "ChargingStationMaxProfile", limit=32)
    await desk.command("set_charging_profile", profile=profile)
    sent = (await charger.wait_for_call("SetChargingProfile")).payload
    assert sent["connectorId"] == 0
    assert sent["csChargingProfiles"]["chargingProfilePurpose"] == "ChargePointMaxProfile"
    assert [row["evse"] for row in await desk.list("applied-profiles/?in_force=true")] == [0]


async def test_tc_057_2_central_smart_charging_profile_rejected(charger, desk):
    """A profile that the charge point does not take is not in force, and says why."""
    charger.answers["SetChargingProfile"] = {"status": "NotSupported"}
    command = await desk.command("set_charging_profile", profile=await keep(desk, "TxDefaultProfile"), evse=1)
    assert command["state"] == "rejected"
    rows = await desk.list("applied-profiles/")
    assert [(row["state"], row["reason"]) for row in rows] == [("rejected", "NotSupported")]


async def test_tc_059_remote_start_transaction_with_charging_profile(charger, desk):
    """A remote start carries a TxProfile without a transactionId; it bears on the session that follows."""
    await charger.plug_in(1)
    profile = await keep(desk, "TxProfile", kind="Relative", limit=9)
    command = await desk.command("remote_start", id_token="CARD-1", evse=1, charging_profile=profile)
    assert command["state"] == "accepted"
    sent = (await charger.wait_for_call("RemoteStartTransaction")).payload
    assert sent["idTag"] == "CARD-1"
    assert sent["chargingProfile"]["chargingProfileId"] == profile
    assert sent["chargingProfile"]["chargingProfilePurpose"] == "TxProfile"
    assert "transactionId" not in sent["chargingProfile"]
    await charger.wait_until(lambda: charger.outlet(1).session is not None, timeout_s=60)
    await charger.outbox.settled()
    schedule = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=60&unit=A")
    assert schedule["periods"][0]["limit"] == 9


async def test_tc_059_1_remote_start_carries_nothing_but_a_tx_profile(charger, desk):
    """Any other purpose is refused here, with the reason."""
    profile = await keep(desk, "TxDefaultProfile")
    command = await desk.command("remote_start", id_token="CARD-1", evse=1, charging_profile=profile)
    assert (command["state"], "TxProfile" in command["error"]) == ("failed", True)
    assert [row["state"] for row in await desk.list("applied-profiles/")] == []


def _composite(limit):
    def answer(request):
        schedule = {
            "duration": request["duration"],
            "chargingRateUnit": request.get("chargingRateUnit", "A"),
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
        }
        now = render(timezone.now())
        return {
            "status": "Accepted",
            "connectorId": request["connectorId"],
            "scheduleStart": now,
            "chargingSchedule": schedule,
        }

    return answer


async def test_tc_066_get_composite_schedule(charger, desk, database):
    """The charge point's schedule is kept beside ours, and they are the same."""
    await desk.command("set_charging_profile", profile=await keep(desk, "TxDefaultProfile", limit=6), evse=1)
    charger.answers["GetCompositeSchedule"] = _composite(6)
    command = await desk.command("get_composite_schedule", evse=1, duration_s=200, unit="A")
    assert command["state"] == "accepted"
    received = await charger.wait_for_call("GetCompositeSchedule")
    assert received.payload == {"connectorId": 1, "duration": 200, "chargingRateUnit": "A"}
    rows = await database(lambda: list(CompositeSchedule.objects.values_list("evse_number", "differs", "unit")))
    assert rows == [(1, False, "A")]
    shown = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=200&unit=A")
    assert shown["station_says"]["periods"] == [{"startPeriod": 0, "limit": 6}]
    assert shown["station_says"]["differences"] == []


async def test_tc_066_1_composite_schedule_that_differs_is_shown(charger, desk, database):
    """A charge point that obeys no profile is found out."""
    await desk.command("set_charging_profile", profile=await keep(desk, "TxDefaultProfile", limit=6), evse=1)
    charger.answers["GetCompositeSchedule"] = _composite(32)
    await desk.command("get_composite_schedule", evse=1, duration_s=200, unit="A")
    assert (await database(CompositeSchedule.objects.get)).differs
    shown = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=200&unit=A")
    assert shown["station_says"]["differences"] == [{"start_s": 0, "expected": 6.0, "station": 32.0}]


async def test_tc_066_2_composite_schedule_rejected(charger, desk, database):
    """A charge point that cannot tell leaves nothing behind."""
    charger.answers["GetCompositeSchedule"] = {"status": "Rejected"}
    command = await desk.command("get_composite_schedule", evse=1)
    assert command["state"] == "rejected"
    assert not await database(CompositeSchedule.objects.exists)


async def test_tc_067_clear_charging_profile_by_id(charger, desk):
    """One profile is cleared, the other stays in force."""
    gone, stays = await keep(desk, "TxDefaultProfile"), await keep(desk, "TxDefaultProfile", stack_level=1, limit=8)
    for profile in (gone, stays):
        await desk.command("set_charging_profile", profile=profile, evse=1)
    charger.answers["ClearChargingProfile"] = ACCEPTED
    command = await desk.command("clear_charging_profile", profile=gone)
    assert command["state"] == "accepted"
    assert (await charger.wait_for_call("ClearChargingProfile")).payload == {"id": gone}
    assert [row["profile"] for row in await desk.list("applied-profiles/?in_force=true")] == [stays]


async def test_tc_067_1_clear_charging_profile_by_criteria(charger, desk):
    """Purpose, stack level and connector together say which."""
    for level in (0, 1):
        profile = await keep(desk, "TxDefaultProfile", stack_level=level)
        await desk.command("set_charging_profile", profile=profile, evse=1)
    charger.answers["ClearChargingProfile"] = ACCEPTED
    await desk.command("clear_charging_profile", purpose="TxDefaultProfile", stack_level=1, evse=1)
    received = await charger.wait_for_call("ClearChargingProfile")
    assert received.payload == {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1}
    assert [row["stack_level"] for row in await desk.list("applied-profiles/?in_force=true")] == [0]


async def test_tc_067_2_clear_charging_profile_unknown(charger, desk):
    """A charge point that has no such profile puts our own book right."""
    await desk.command("set_charging_profile", profile=await keep(desk, "TxDefaultProfile"), evse=1)
    charger.answers["ClearChargingProfile"] = {"status": "Unknown"}
    command = await desk.command("clear_charging_profile", purpose="ChargingStationMaxProfile")
    assert command["state"] == "rejected"
    assert len(await desk.list("applied-profiles/?in_force=true")) == 1
    await desk.command("clear_charging_profile", purpose="TxDefaultProfile")
    assert await desk.list("applied-profiles/?in_force=true") == []


async def test_tc_072_stacking_charging_profiles(charger, desk):
    """The highest stack level that is valid leads, and what limits the whole charge point limits it too."""
    for purpose, level, limit, evse in (
        ("TxDefaultProfile", 0, 6, 1),
        ("TxDefaultProfile", 1, 12, 1),
        ("ChargingStationMaxProfile", 0, 10, 0),
    ):
        profile = await keep(desk, purpose, stack_level=level, limit=limit)
        await desk.command("set_charging_profile", profile=profile, evse=evse)
    schedule = await desk.get("stations/CP-1/composite-schedule/?evse=1&duration_s=60&unit=A")
    assert schedule["periods"][0]["limit"] == 10


async def test_tc_056_2_a_raw_set_charging_profile_has_the_same_effect(charger, desk, database):
    """Whoever sends it: a profile we never kept is known by its wire id."""
    wire = {
        "chargingProfileId": 4711,
        "stackLevel": 3,
        "chargingProfilePurpose": "ChargePointMaxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 11000}]},
    }
    await desk.call("SetChargingProfile", {"connectorId": 0, "csChargingProfiles": wire})
    row = await database(AppliedProfile.objects.get)
    assert (row.wire_id, row.purpose, row.stack_level, row.state) == (4711, "ChargingStationMaxProfile", 3, "accepted")
    charger.answers["ClearChargingProfile"] = ACCEPTED
    await desk.call("ClearChargingProfile", {"id": 4711})
    assert (await database(AppliedProfile.objects.get)).state == "cleared"
