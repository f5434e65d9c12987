"""A virtual charger keeps charging profiles and obeys them, in both generations of OCPP."""

from datetime import UTC, datetime, timedelta

import pytest

from stations.simulator.charger import VirtualCharger
from stations.simulator.meter import Meter
from stations.simulator.outlet import Outlet, Token
from stations.simulator.profile import Profile
from stations.simulator.smart_charging import Installed, Profiles

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)


def installed(wire_id=1, *, purpose="TxDefaultProfile", level=0, limit=6, evse_id=1, kind="Absolute", **schedule):
    start = {} if kind == "Relative" else {"startSchedule": "2027-01-04T12:00:00Z"}
    wire = {
        "id": wire_id,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": [
            start | {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}]} | schedule
        ],
    }
    return Installed(evse_id, wire)


@pytest.fixture
def outlet():
    return Outlet(1, Meter("ac"), 22_000.0)


def test_without_profiles_the_hardware_is_the_limit(outlet):
    assert Profiles().limit_w(outlet, NOON) == 22_000


def test_the_highest_level_leads_and_the_whole_chargers_limit_counts_too(outlet):
    profiles = Profiles()
    for profile in (installed(1), installed(2, level=1, limit=16, duration=60)):
        profiles.put(profile)
    assert profiles.limit_w(outlet, NOON) == 16 * 690
    assert profiles.limit_w(outlet, NOON + timedelta(seconds=60)) == 6 * 690
    profiles.put(installed(3, purpose="ChargingStationMaxProfile", limit=4, evse_id=0))
    assert profiles.limit_w(outlet, NOON) == 4 * 690


def test_a_profile_takes_the_place_of_one_like_it(outlet):
    profiles = Profiles()
    profiles.put(installed(1, limit=6))
    profiles.put(installed(2, limit=8))
    assert list(profiles.installed) == [2]
    assert profiles.remove({"ids": [1]}) is False
    assert profiles.remove({"purpose": "TxDefaultProfile", "evse_id": 1}) is True
    assert profiles.limit_w(outlet, NOON) == 22_000


def test_a_recurring_profile_comes_back_each_day(outlet):
    profiles = Profiles()
    profiles.put(installed(kind="Recurring", duration=3600))
    assert profiles.limit_w(outlet, NOON + timedelta(days=3, minutes=59)) == 6 * 690
    assert profiles.limit_w(outlet, NOON + timedelta(days=3, hours=1)) == 22_000
    assert profiles.limit_w(outlet, NOON - timedelta(hours=1)) == 22_000


async def test_a_car_draws_no_more_than_its_profile_allows():
    charger = VirtualCharger(Profile(identity="CP", protocol="ocpp2.0.1"), url="ws://127.0.0.1:1/ocpp")
    charger.station.plug_in(1)
    charger.station.start(1, Token("CARD-1"))
    charger.station.profiles.put(installed(kind="Relative", limit=6))
    charger.station.advance(600)
    assert charger.outlet(1).meter.power_w == pytest.approx(6 * 690)
