"""Quarters of an hour from the registers of a session."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stations.domain.rollup import QUARTER, Charge, Sample, Total, add, extent, quarters, start_of

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def charge(energy_wh, *, minutes=60, ended=True, **more):
    return Charge(started_at=NOON, ended_at=at(minutes) if ended else None, energy_wh=energy_wh, **more)


def energy(totals):
    return {int((start - NOON) / QUARTER): total.energy_wh for start, total in totals.items() if total.energy_wh}


def test_a_steps_energy_is_spread_over_its_time():
    totals = quarters(charge(6_000, start_wh=0, stop_wh=6_000), [Sample(at(10), 1_000), Sample(at(20), 3_000)])
    assert energy(totals) == {0: 2_000, 1: 1_750, 2: 1_125, 3: 1_125}


def test_what_nothing_was_metered_of_is_spread_over_the_session():
    assert energy(quarters(charge(4_000), [])) == {0: 1_000, 1: 1_000, 2: 1_000, 3: 1_000}


def test_a_wild_register_between_two_others_counts_nothing():
    samples = [Sample(at(0), 100), Sample(at(15), 1_100), Sample(at(20), 4_294_967_295), Sample(at(30), 2_100)]
    assert energy(quarters(charge(2_000, minutes=30), samples)) == {0: 1_000, 1: 1_000}


def test_a_meter_that_counts_kwh_is_scaled_to_what_the_session_was_found_to_be():
    samples = [Sample(at(0), 10), Sample(at(15), 15), Sample(at(30), 20)]
    assert energy(quarters(charge(10_000, minutes=30), samples)) == {0: 5_000, 1: 5_000}


def test_quarters_know_peak_occupation_start_and_number_of_samples():
    samples = [Sample(at(1), 0, 5_000.0), Sample(at(2), 100, 7_000.0), Sample(at(16), 200)]
    totals = quarters(charge(200, minutes=20), samples)
    assert totals[NOON].peak_power_w == 7_000
    assert (totals[NOON].occupied_s, totals[at(15)].occupied_s) == (900, 300)
    assert (totals[NOON].sessions, totals[at(15)].sessions) == (1, 0)
    assert (totals[NOON].samples, totals[at(15)].samples) == (2, 1)
    assert totals[at(15)].peak_power_w is None


def test_a_late_reading_changes_only_the_quarters_beside_it():
    samples = [Sample(at(minute), minute * 100.0) for minute in range(0, 120, 5)]
    before = quarters(charge(11_500, minutes=115), samples)
    after = quarters(charge(11_500, minutes=115), [*samples, Sample(at(62), 6_050, 9_000.0)])
    assert {start for start in after if after[start] != before[start]} == {at(60)}


@st.composite
def sessions(draw):
    """A session with registers that mostly rise, in some order, and an energy that may be anything."""
    steps = draw(st.lists(st.tuples(st.integers(0, 1_500), st.integers(-300, 5_000)), max_size=30))
    moment, register_wh, samples = NOON, draw(st.integers(0, 1_000_000)), []
    for seconds, wh in steps:
        moment += timedelta(seconds=seconds)
        register_wh += wh
        samples.append(Sample(moment, float(register_wh), float(abs(wh))))
    ended = draw(st.booleans())
    end = moment + timedelta(seconds=draw(st.integers(0, 1_000)))
    found = Charge(
        started_at=NOON,
        ended_at=end if ended else None,
        energy_wh=draw(st.integers(0, 200_000)),
        start_wh=draw(st.none() | st.integers(0, 1_000_000)),
        stop_wh=draw(st.none() | st.integers(0, 1_000_000)),
    )
    return found, samples


@given(sessions())
def test_the_quarters_energy_adds_up_to_the_sessions(drawn):
    found, samples = drawn
    assert add(quarters(found, samples).values()).energy_wh == found.energy_wh


@given(sessions())
def test_no_quarter_has_negative_energy(drawn):
    assert all(total.energy_wh >= 0 for total in quarters(*drawn).values())


@given(sessions(), st.randoms(use_true_random=False))
def test_the_order_in_which_samples_came_does_not_matter(drawn, rng):
    found, samples = drawn
    mixed = list(samples)
    rng.shuffle(mixed)
    assert quarters(found, mixed) == quarters(found, samples)


@given(sessions())
def test_all_quarters_lie_within_the_extent(drawn):
    since, until = extent(*drawn)
    assert all(since <= start < until for start in quarters(*drawn))


@given(sessions())
def test_samples_and_seconds_are_counted_once(drawn):
    found, samples = drawn
    total = add(quarters(found, samples).values())
    last = found.ended_at or max([NOON, *(sample.at for sample in samples)])
    assert (total.samples, total.sessions) == (len(samples), 1)
    assert total.occupied_s == round((last - NOON).total_seconds())


def test_nothing_adds_up_to_nothing():
    assert add([]) == Total()


def test_periods_begin_at_full_quarters_and_at_midnight():
    assert start_of(at(44), QUARTER) == at(30)
    assert start_of(at(44), timedelta(days=1)) == NOON.replace(hour=0)
