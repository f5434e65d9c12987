"""A session's meter: never negative, never falling, whatever order its readings come in."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stations.domain.metering import Reading
from stations.domain.session import Meter

AT = datetime(2026, 1, 1, tzinfo=UTC)
registers = st.lists(st.integers(0, 10**9), min_size=1, max_size=20)


def after(meter, values):
    for second, value in enumerate(values):
        meter = meter.with_reading(Reading(AT + timedelta(seconds=second), energy_wh=value))
    return meter


@given(registers)
def test_energy_never_falls(values):
    meter, energies = Meter(), []
    for second, value in enumerate(values):
        meter = meter.with_reading(Reading(AT + timedelta(seconds=second), energy_wh=value))
        energies.append(meter.energy_wh)
    assert energies == sorted(energies)
    assert energies[0] == 0


@given(st.integers(0, 10**6), registers)
def test_the_energy_is_the_highest_register_less_the_start(start, values):
    meter = after(Meter(start_wh=start), values)
    assert meter.energy_wh == max(0, max(values) - start)


@given(st.integers(0, 10**6), st.integers(0, 10**6), registers)
def test_the_stop_register_decides(start, stop, values):
    meter = after(Meter(start_wh=start), values).stopped_at(stop)
    assert (meter.energy_wh, meter.stop_wh) == (max(0, stop - start), stop)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=6).map(sorted), st.randoms())
def test_the_order_in_which_readings_arrive_does_not_matter(values, random):
    readings = [Reading(AT + timedelta(minutes=minute), energy_wh=value) for minute, value in enumerate(values)]
    random.shuffle(readings)
    meter = Meter()
    for reading in readings:
        meter = meter.with_reading(reading)
    assert meter.energy_wh == values[-1] - values[0]


def test_the_first_reading_stands_in_for_a_lost_start():
    assert after(Meter(), [500, 700]).energy_wh == 200


def test_a_late_reading_does_not_replace_what_is_shown_as_latest():
    meter = Meter().with_reading(Reading(AT, power_w=7000, soc_percent=50))
    late = meter.with_reading(Reading(AT - timedelta(minutes=1), power_w=3000, soc_percent=40))
    assert (late.power_w, late.soc_percent, late.metered_at) == (7000, 50, AT)


def test_no_power_flows_after_the_end():
    assert Meter().with_reading(Reading(AT, power_w=7000)).stopped_at(None).power_w == 0
