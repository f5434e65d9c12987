"""The battery curve, and that no energy comes from nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.simulator.meter import Meter, samples
from stations.simulator.settings import MEASURANDS
from stations.simulator.vehicle import EFFICIENCY, Vehicle

vehicles = st.builds(
    Vehicle,
    capacity_wh=st.floats(10_000, 120_000),
    soc=st.floats(0, 1),
    max_power_w=st.floats(1_000, 300_000),
    ramp_w_per_s=st.floats(100, 10_000),
)
steps = st.lists(st.floats(0.1, 10), min_size=1, max_size=50)


@given(low=st.floats(0.8, 1), high=st.floats(0.8, 1))
def test_power_falls_above_80_percent(low: float, high: float) -> None:
    low, high = sorted((low, high))
    assert Vehicle(soc=high).wanted_power_w() <= Vehicle(soc=low).wanted_power_w()


def test_power_is_whole_up_to_80_percent_and_a_fraction_near_the_end() -> None:
    assert Vehicle(soc=0.8, max_power_w=11_000).wanted_power_w() == 11_000
    assert Vehicle(soc=0.9, max_power_w=11_000).wanted_power_w() == pytest.approx(6_050)
    assert Vehicle(soc=1.0, max_power_w=11_000).wanted_power_w() == 0


@given(vehicle=vehicles, steps=steps, limit_w=st.floats(0, 350_000))
def test_energy_is_the_integral_of_power(vehicle: Vehicle, steps: list[float], limit_w: float) -> None:
    integral = energy = 0.0
    for seconds in steps:
        energy += vehicle.draw(seconds, limit_w)
        integral += vehicle.power_w * seconds / 3600
    assert energy == pytest.approx(integral)


@given(vehicle=vehicles, steps=steps, limit_w=st.floats(0, 350_000))
def test_the_battery_gains_what_was_drawn_less_the_loss(vehicle: Vehicle, steps: list[float], limit_w: float) -> None:
    before = vehicle.soc
    energy = sum(vehicle.draw(seconds, limit_w) for seconds in steps)
    gained = (vehicle.soc - before) * vehicle.capacity_wh
    assert gained == pytest.approx(energy * EFFICIENCY, abs=0.01)
    assert vehicle.soc <= 1.0


@given(vehicle=vehicles, steps=steps, limit_w=st.floats(0, 350_000))
def test_a_car_never_draws_more_than_outlet_and_car_allow(vehicle: Vehicle, steps: list[float], limit_w: float) -> None:
    for seconds in steps:
        vehicle.draw(seconds, limit_w)
        assert vehicle.power_w <= min(limit_w, vehicle.max_power_w) + 1e-6


def test_power_ramps_up() -> None:
    vehicle = Vehicle(soc=0.2, max_power_w=11_000, ramp_w_per_s=1_000)
    vehicle.draw(5, 22_000)
    assert vehicle.power_w == 5_000
    vehicle.draw(10, 22_000)
    assert vehicle.power_w == 11_000


def test_an_ac_meter_shows_three_phases_and_no_soc() -> None:
    reading = Meter("ac", register_wh=1234.9, power_w=6_900).reading(soc=0.5)
    shown = [(s.measurand, s.value, s.phase) for s in samples(reading, MEASURANDS)]
    assert shown == [
        ("Energy.Active.Import.Register", 1234, None),
        ("Power.Active.Import", 6900, None),
        ("Current.Import", 10, "L1"),
        ("Current.Import", 10, "L2"),
        ("Current.Import", 10, "L3"),
        ("Voltage", 230, None),
    ]


def test_a_dc_meter_shows_the_soc() -> None:
    reading = Meter("dc", power_w=40_000).reading(soc=0.512)
    shown = {s.measurand: s.value for s in samples(reading, "SoC,Current.Import")}
    assert shown == {"SoC": 51, "Current.Import": 100}
