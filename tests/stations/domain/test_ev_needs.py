"""From a vehicle's needs to its schedule."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stations.domain.charging_profile import Unit
from stations.domain.ev_needs import Needs, exceeds, needs_of, plan
from stations.domain.schedule import Slot, Supply

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
OPEN = (Slot(0),)
SUPPLY = Supply()


def limits(needs, roof=OPEN, **options):
    periods = plan(needs, roof, at=NOON, supply=SUPPLY, **options)
    return [(period.start_s, period.limit) for period in periods]


def dc(energy_wh=None, hours=None, most=None, least=0.0):
    departure = None if hours is None else NOON + timedelta(hours=hours)
    return Needs(Unit.WATT, energy_wh, departure, least, most)


def test_energy_is_spread_evenly_until_the_departure():
    assert limits(dc(20_000, 4, 50_000)) == [(0, 5000)]


def test_where_the_roof_is_low_the_rest_is_higher():
    assert limits(dc(10_000, 2, 50_000), [Slot(0, 2000), Slot(3600, None)]) == [(0, 2000), (3600, 8000)]


def test_without_a_departure_or_an_energy_it_is_as_fast_as_both_allow():
    assert limits(dc(most=11_000)) == [(0, 11_000)]
    assert limits(dc(5000, most=11_000), [Slot(0, 7000)]) == [(0, 7000)]


def test_too_little_time_is_as_fast_as_both_allow():
    assert limits(dc(90_000, 1, 50_000)) == [(0, 50_000)]
    assert limits(dc(90_000, -1, 50_000)) == [(0, 50_000)]


def test_ac_never_falls_below_what_keeps_a_vehicle_charging():
    needs = Needs(Unit.AMPERE, 1000, NOON + timedelta(hours=8), least=6.0, most=32.0)
    [period] = plan(needs, OPEN, at=NOON, supply=SUPPLY)
    assert (period.limit, period.phases) == (6.0, 3)


def test_neighbours_are_joined_where_a_vehicle_holds_few_periods():
    roof = [Slot(0, 10_000), Slot(60, 3000), Slot(120, 3500), Slot(180, 9000)]
    assert limits(dc(most=50_000), roof, max_periods=2) == [(0, 10_000), (60, 3000)]


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (
            {
                "requestedEnergyTransfer": "AC_single_phase",
                "acChargingParameters": {
                    "energyAmount": 9000,
                    "evMinCurrent": 4,
                    "evMaxCurrent": 16,
                    "evMaxVoltage": 230,
                },
            },
            Needs(Unit.AMPERE, 9000.0, None, 6.0, 16.0, phases=1),
        ),
        (
            {
                "requestedEnergyTransfer": "DC",
                "departureTime": "2027-01-04T14:00:00Z",
                "dcChargingParameters": {
                    "evMaxCurrent": 100,
                    "evMaxVoltage": 400,
                    "stateOfCharge": 30,
                    "evEnergyCapacity": 50_000,
                    "fullSoC": 80,
                },
            },
            Needs(Unit.WATT, 25_000.0, NOON + timedelta(hours=2), 0.0, 40_000.0),
        ),
        (
            {"requestedEnergyTransfer": "DC_BPT", "v2xChargingParameters": {"evMaxEnergyRequest": 8000}},
            Needs(Unit.WATT, 8000.0, None, 0.0, None),
        ),
        ({"requestedEnergyTransfer": "AC_three_phase"}, Needs(Unit.AMPERE)),
    ],
)
def test_needs_are_read_from_every_kind_of_vehicle(wire, expected):
    assert needs_of(wire) == expected


def test_a_vehicle_that_means_to_take_more_is_found_out():
    offered = [Slot(0, 10.0), Slot(600, 6.0)]
    assert not exceeds([Slot(0, 10.0), Slot(600, 6.0)], offered)
    assert not exceeds([Slot(0, 10.05)], [Slot(0, None)])
    assert exceeds([Slot(0, 10.0)], offered)
    assert exceeds([Slot(0, 6.0), Slot(500, 8.0)], offered)


roofs = st.lists(st.tuples(st.integers(1, 80_000), st.none() | st.integers(0, 200_000)), max_size=6).map(
    lambda changes: [
        Slot(0, None),
        *(Slot(start, None if limit is None else float(limit)) for start, limit in sorted(dict(changes).items())),
    ]
)


@settings(max_examples=300, deadline=None)
@given(roofs, st.integers(1, 200_000), st.floats(0.1, 30), st.integers(1000, 150_000), st.integers(1, 8))
def test_a_plan_is_never_above_the_roof_nor_the_vehicle_and_enough_where_that_can_be(
    roof, energy_wh, hours, most, count
):
    needs = dc(energy_wh, hours, float(most))
    periods = plan(needs, roof, at=NOON, supply=SUPPLY, max_periods=count)
    assert periods[0].start_s == 0
    assert len(periods) <= count
    for slot in roof:
        rate = next(period.limit for period in reversed(periods) if period.start_s <= slot.start_s)
        assert rate <= min(most, slot.limit if slot.limit is not None else most) + 1e-9
    if len(roof) <= count:
        most_possible = _energy([Slot(s.start_s, min(most, most if s.limit is None else s.limit)) for s in roof], hours)
        given = _energy([Slot(period.start_s, period.limit) for period in periods], hours)
        assert given >= min(energy_wh, most_possible) - 0.1 * hours - 1


def _energy(slots, hours):
    ends = [*(slot.start_s for slot in slots[1:]), hours * 3600]
    return sum(
        max(0, min(end, hours * 3600) - slot.start_s) * slot.limit / 3600 for slot, end in zip(slots, ends, strict=True)
    )
