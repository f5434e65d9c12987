"""A session's meter: energy never negative, never falling, jumps not counted, whatever order its readings come in."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stations.domain.anomalies import Anomaly
from stations.domain.metering import Reading
from stations.domain.session import MOST_UNEXPLAINED_WH, Meter, rated_power_w

AT = datetime(2026, 1, 1, tzinfo=UTC)
# Anything a meter may say, a reading each minute.
registers = st.lists(st.integers(0, 10**9), min_size=1, max_size=20)
# What it counts in a minute at up to 300 kW.
steps = st.lists(st.integers(0, 5000), min_size=1, max_size=8)
MINUTE = timedelta(minutes=1)


def read(meter, *values):
    for minute, value in enumerate(values, 1):
        meter = meter.with_reading(Reading(AT + minute * MINUTE, energy_wh=value))
    return meter


def told(start, **fields):
    """A session whose charger told the register at its start, as 1.6 does."""
    return Meter(start_wh=start, stop_wh=start, stop_at=AT, **fields)


def counting(first, counted):
    values = [first]
    for step in counted:
        values.append(values[-1] + step)
    return values


@given(registers)
def test_energy_never_falls_and_is_never_negative(values):
    meter, energies = Meter(), []
    for minute, value in enumerate(values):
        meter = meter.with_reading(Reading(AT + minute * MINUTE, energy_wh=value))
        energies.append(meter.energy_wh)
    assert energies == sorted(energies)
    assert energies[0] == 0


@given(registers, st.integers(0, 10**9))
def test_nothing_is_counted_that_power_and_an_hour_do_not_explain(values, stop):
    power_w = 22_000
    meter = read(told(0, max_power_w=power_w), *values).stopped_at(stop, AT + (len(values) + 1) * MINUTE)
    minutes = len(values) + 1
    assert 0 <= meter.energy_wh <= max(MOST_UNEXPLAINED_WH, power_w * minutes / 60 + minutes * power_w)


@given(st.integers(0, 10**8), steps)
def test_the_energy_is_the_last_register_less_the_first(first, counted):
    values = counting(first, counted)
    assert read(Meter(), *values).energy_wh == sum(counted)
    assert read(told(first), *values[1:]).energy_wh == sum(counted)


@given(st.integers(0, 10**8), steps, st.randoms())
def test_the_order_in_which_readings_arrive_does_not_matter(first, counted, random):
    readings = [Reading(AT + minute * MINUTE, energy_wh=wh) for minute, wh in enumerate(counting(first, counted))]
    random.shuffle(readings)
    meter = Meter()
    for reading in readings:
        meter = meter.with_reading(reading)
    assert meter.energy_wh == sum(counted)
    assert not meter.anomalies


@given(st.integers(10**7, 10**8), steps, st.data())
def test_one_wild_register_among_good_ones_costs_nothing(first, counted, data):
    values = counting(first, counted)
    place = data.draw(st.integers(1, len(values) - 1))
    wild = data.draw(st.sampled_from([0, 7, first // 2, first * 2 + 10**6, 4_294_967_295]))
    meter = read(told(first), *values[1:place], wild, *values[place:])
    assert meter.energy_wh == sum(counted)
    assert meter.anomalies <= {Anomaly.METER_JUMPED, Anomaly.METER_RAN_BACK}
    assert meter.anomalies


@given(st.integers(10**6, 10**8), steps, steps)
def test_a_meter_that_is_replaced_goes_on_from_its_new_register(first, before, after):
    old, new = counting(first, before), counting(3, after)
    # Of a reading that is a thousandth of the one before nobody can say whether the meter is new, or tells kWh.
    assume(not any(-1_000 <= wh * 1_000 - old[-1] <= 1_000_000 for wh in new))
    meter = read(told(first), *old[1:], *new)
    assert meter.energy_wh == sum(before) + sum(after)
    assert Anomaly.METER_RAN_BACK in meter.anomalies


@given(st.integers(0, 10**8), steps, st.integers(-50, 5000))
def test_the_stop_register_decides(first, counted, more):
    values = counting(first, counted)
    stop = values[-1] + more
    meter = read(told(first), *values[1:]).stopped_at(stop, AT + 20 * MINUTE)
    assert (meter.energy_wh, meter.stop_wh) == (max(0, stop - first), stop)


def test_a_jump_at_the_stop_is_not_counted():
    meter = read(told(1000), 1500, 2000).stopped_at(50_000_000, AT + 3 * MINUTE)
    assert meter.energy_wh == 1000
    assert meter.anomalies == {Anomaly.METER_JUMPED}


def test_a_stop_register_below_the_last_reading_takes_nothing_back():
    meter = read(told(1000), 5000).stopped_at(0, AT + 3 * MINUTE)
    assert meter.energy_wh == 4000
    assert meter.anomalies == {Anomaly.METER_RAN_BACK}


def test_a_stop_that_confirms_a_jump_counts_from_there():
    meter = read(told(1000), 1500, 9_000_000).stopped_at(9_000_200, AT + 5 * MINUTE)
    assert meter.energy_wh == 700


def test_readings_in_kwh_between_a_start_and_a_stop_in_wh_are_recognized():
    meter = read(told(12_345), 12.4, 12.9, 13.5).stopped_at(14_000, AT + 6 * MINUTE)
    assert meter.energy_wh == 14_000 - 12_345
    assert meter.anomalies == {Anomaly.KWH_AS_WH}


def test_a_start_of_zero_that_was_none_is_replaced_by_the_first_reading():
    meter = read(told(0), 5_000_000, 5_000_500).stopped_at(5_001_000, AT + 5 * MINUTE)
    assert (meter.start_wh, meter.energy_wh) == (5_000_000, 1000)
    assert meter.anomalies == {Anomaly.NO_BEGIN_READING}


def test_without_any_reading_a_start_of_zero_says_nothing_of_the_energy():
    meter = told(0).stopped_at(5_000_000, AT + 60 * MINUTE)
    assert meter.energy_wh == 0
    assert meter.anomalies == {Anomaly.NO_BEGIN_READING}


def test_what_the_evse_is_made_for_bounds_a_step():
    assert read(told(1000, max_power_w=11_000), 1500, 30_000).energy_wh == 500
    assert read(told(1000), 1500, 30_000).energy_wh == 29_000


@pytest.mark.parametrize("said", [None, 0, 22])
def test_a_rating_that_no_charger_has_is_none(said):
    assert rated_power_w(said) == 1_000_000


def test_the_first_reading_stands_in_for_a_lost_start():
    assert read(Meter(), 500, 700).energy_wh == 200


def test_the_end_counts_though_the_clock_was_set_back_before_it():
    meter = read(Meter(), 1000, 3000)
    ended = meter.with_reading(Reading(AT - 60 * MINUTE, energy_wh=3500, context="Transaction.End"))
    assert (ended.energy_wh, ended.anomalies) == (2500, frozenset())


def test_a_late_reading_does_not_replace_what_is_shown_as_latest():
    meter = Meter().with_reading(Reading(AT, power_w=7000, soc_percent=50))
    late = meter.with_reading(Reading(AT - MINUTE, power_w=3000, soc_percent=40))
    assert (late.power_w, late.soc_percent, late.metered_at) == (7000, 50, AT)


def test_no_power_flows_after_the_end():
    assert Meter().with_reading(Reading(AT, power_w=7000)).stopped_at(None).power_w == 0
