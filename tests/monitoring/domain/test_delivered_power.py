"""Ports that deliver too little, and vehicles that take too little."""

from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.delivered_power import Charge, asked_w, shortfall

KW = 1000.0
RATED = 150 * KW


def low(*vehicles, able=120 * KW, peak=40 * KW):
    return [Charge(vehicle, peak, able) for vehicle in vehicles]


def test_several_vehicles_that_all_got_too_little_blame_the_port():
    found = shortfall(low("a", "b", "c"), rated_w=RATED)
    assert (found.vehicles, found.peak_w, found.possible_w) == (3, 40 * KW, 120 * KW)


def test_two_vehicles_are_too_few():
    assert shortfall(low("a", "b", "b"), rated_w=RATED) is None


def test_one_that_got_enough_acquits_the_port():
    assert shortfall([*low("a", "b", "c"), Charge("d", 110 * KW, 120 * KW)], rated_w=RATED) is None


def test_a_vehicle_that_once_got_enough_does_not_count_by_its_other_charges():
    assert shortfall([*low("a", "b", "c"), Charge("a", 110 * KW, 120 * KW)], rated_w=RATED) is None


def test_nobody_gets_more_than_the_port_is_made_for():
    assert shortfall(low("a", "b", "c", able=150 * KW, peak=21 * KW), rated_w=22 * KW) is None


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(100, 400_000)), max_size=12))
def test_vehicles_at_their_own_limit_never_count(charges):
    assert shortfall([Charge(v, peak, peak) for v, peak in charges], rated_w=RATED) is None


def test_what_vehicles_of_which_nothing_is_known_take_says_nothing():
    assert shortfall([Charge(v, 10.0, None) for v in "abcd"], rated_w=RATED) is None


def test_what_a_vehicle_asks_for():
    assert asked_w({"dcChargingParameters": {"evMaxCurrent": 300, "evMaxVoltage": 400}}) == 120 * KW
    assert asked_w({"dcChargingParameters": {"evMaxCurrent": 300, "evMaxVoltage": 400, "evMaxPower": 90_000}}) == 90_000
    ac = {"evMaxCurrent": 16, "evMaxVoltage": 230}
    assert asked_w({"requestedEnergyTransfer": "AC_three_phase", "acChargingParameters": ac}) == 11_040
    assert asked_w({"requestedEnergyTransfer": "AC_single_phase", "acChargingParameters": ac}) == 3680
    assert asked_w({"requestedEnergyTransfer": "DC"}) is None
