"""Sampled values become readings: units, phases, locations."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.domain.metering import CURRENT, ENERGY, POWER, SOC, VOLTAGE, Sampled, combine, number

AT = datetime(2026, 1, 1, tzinfo=UTC)


def reading(*sampled):
    return combine(AT, sampled, [])


@pytest.mark.parametrize(
    ("sampled", "column", "expected"),
    [
        (Sampled(1500, unit="Wh"), "energy_wh", 1500),
        (Sampled(1.5, unit="kWh"), "energy_wh", 1500),
        (Sampled(7.4, POWER, "kW"), "power_w", 7400),
        (Sampled(16, CURRENT, "A"), "current_a", 16),
        (Sampled(230, VOLTAGE, "V"), "voltage_v", 230),
        (Sampled(80, SOC, "Percent", location="EV"), "soc_percent", 80),
    ],
)
def test_a_value_lands_in_its_column_in_the_base_unit(sampled, column, expected):
    assert getattr(reading(sampled), column) == expected


def test_a_value_in_a_unit_of_another_kind_is_left_out():
    assert reading(Sampled(5, ENERGY, "varh")).energy_wh is None


@pytest.mark.parametrize("value", [1e308, 1e300, -1e16])
def test_what_no_meter_counts_is_left_out(value):
    assert reading(Sampled(value, POWER, "kW")).power_w is None


def test_phases_are_summed_for_power_and_the_most_loaded_counts_for_current():
    phases = [
        Sampled(value, measurand, phase=f"L{n}")
        for measurand in (POWER, CURRENT)
        for n, value in enumerate((1, 2, 3), 1)
    ]
    assert (reading(*phases).power_w, reading(*phases).current_a) == (6, 3)


def test_a_total_beside_its_phases_wins():
    assert reading(Sampled(10, POWER), Sampled(4, POWER, phase="L1"), Sampled(4, POWER, phase="L2")).power_w == 10


def test_the_outlet_counts_before_the_inlet():
    assert reading(Sampled(9, POWER, location="Inlet"), Sampled(8, POWER)).power_w == 8


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=3))
def test_the_voltage_is_between_the_lowest_and_the_highest_phase(values):
    phases = [Sampled(value, VOLTAGE, phase=f"L{n}-N") for n, value in enumerate(values, 1)]
    voltage = reading(*phases).voltage_v
    assert min(values) * 0.999 <= voltage <= max(values) * 1.001 + 1e-9


@pytest.mark.parametrize("text", ["", "abc", "NaN", "inf", None, True, [], "0x10"])
def test_what_is_no_finite_number_is_none(text):
    assert number(text) is None


@pytest.mark.parametrize(("text", "expected"), [("1", 1), (" 1.5 ", 1.5), ("1e3", 1000), (7, 7)])
def test_numbers_are_read_as_chargers_write_them(text, expected):
    assert number(text) == expected
