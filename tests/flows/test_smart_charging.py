"""A charging profile's trip: kept, sent, obeyed, compared, cleared; the charger computes for itself."""

import pytest

from stations.models import AppliedProfile, CompositeSchedule, Session
from tests.conformance.power import in_force, keep


@pytest.fixture(params=["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
async def charger(connect, request):
    async with connect(request.param) as charger:
        await charger.boot()
        yield charger


async def test_a_profile_is_obeyed_and_both_sides_agree_on_what_it_means(charger, desk, database):
    await charger.plug_in(1)
    await charger.start(1, "CARD-1")
    for purpose, limit, evse in (("TxDefaultProfile", 10, 1), ("ChargingStationMaxProfile", 20, 0)):
        command = await desk.command("set_charging_profile", profile=await keep(desk, purpose, limit=limit), evse=evse)
        assert command["state"] == "accepted", command
    tx = await keep(desk, "TxProfile", kind="Relative", limit=8)
    assert (await desk.command("set_charging_profile", profile=tx, evse=1))["state"] == "accepted"
    assert (await desk.command("get_composite_schedule", evse=1, duration_s=200, unit="A"))["state"] == "accepted"
    row = await database(CompositeSchedule.objects.get)
    assert (row.differs, '"limit":8' in row.expected, '"limit":8' in row.periods) == (False, True, True)
    await charger.meter(1, seconds=120)
    power_w = await database(lambda: Session.objects.get().power_w)
    assert power_w == pytest.approx(8 * 690, rel=0.02)
    assert (await desk.command("clear_charging_profile", profile=tx))["state"] == "accepted"
    assert len(await in_force(desk)) == 2


async def test_a_station_is_asked_what_it_has(charger, desk, database):
    wire_id = await keep(desk, limit=10)
    await desk.command("set_charging_profile", profile=wire_id, evse=1)
    command = await desk.command("get_charging_profiles", evse=1)
    if charger.profile.protocol == "ocpp1.6":
        assert "no message" in command["error"]
        return
    assert command["state"] == "accepted"
    row = await database.until(AppliedProfile.objects.exclude(reported_at=None).first, "the report is there")
    assert (row.wire_id, row.evse_number, row.state) == (wire_id, 1, "accepted")
