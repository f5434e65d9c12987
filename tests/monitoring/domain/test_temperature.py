import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.temperature import PLAUSIBLE_C, celsius, highest


@pytest.mark.parametrize(
    ("value", "unit", "multiplier", "expected"),
    [("41.5", "Celsius", 0, 41.5), ("41", "Celcius", 0, 41), ("104", "Fahrenheit", 0, 40), (415, "Celsius", -1, 41.5)],
)
def test_a_reading_is_told_in_celsius(value, unit, multiplier, expected):
    assert celsius(value, unit, multiplier) == pytest.approx(expected)


@pytest.mark.parametrize("value", ["", "hot", None, "NaN", "inf", "6553.5", "-127"])
def test_what_no_sensor_measured_is_none(value):
    assert celsius(value) is None


def test_the_hottest_of_the_chargers_own_parts_counts():
    sampled = [
        {"measurand": "Temperature", "value": "38", "unit": "Celsius", "location": "Body"},
        {"measurand": "Temperature", "value": "51", "unit": "Celsius", "location": "Outlet"},
        {"measurand": "Temperature", "value": "70", "unit": "Celsius", "location": "EV"},
        {"measurand": "Power.Active.Import", "value": "99"},
    ]
    assert highest(sampled) == 51
    assert highest([{"measurand": "Temperature", "value": 312.15, "unitOfMeasure": {"unit": "K"}}]) == pytest.approx(39)


@given(st.floats() | st.text() | st.none(), st.text(max_size=12), st.integers(-400, 400))
def test_whatever_is_told_is_plausible_or_none(value, unit, multiplier):
    found = celsius(value, unit, multiplier)
    assert found is None or PLAUSIBLE_C[0] <= found <= PLAUSIBLE_C[1]
