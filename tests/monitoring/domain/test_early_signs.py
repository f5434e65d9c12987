from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.early_signs import LIMITS, Measure, common_change, sign_of

TODAY = date(2026, 11, 22)


def days(before, recent):
    """28 days with the values of `before` in turn, then seven with those of `recent`."""
    values = [before[n % len(before)] for n in range(28)] + [recent[n % len(recent)] for n in range(7)]
    return {TODAY - timedelta(days=35 - n): float(value) for n, value in enumerate(values)}


def test_more_and_more_lost_connections_are_a_sign():
    sign = sign_of(Measure.RECONNECTS, days([1, 2, 1], [8, 9]), today=TODAY)
    assert sign is not None
    assert (sign.before, sign.recent, sign.since) == (1, 8, TODAY - timedelta(days=7))


def test_power_that_falls_is_a_sign_and_power_that_rises_is_none():
    assert sign_of(Measure.POWER, days([50_000, 49_000], [30_000]), today=TODAY)
    assert sign_of(Measure.POWER, days([30_000], [50_000]), today=TODAY) is None


def test_one_bad_day_is_none():
    assert sign_of(Measure.RECONNECTS, days([1], [1, 1, 1, 1, 1, 1, 40]), today=TODAY) is None


def test_a_week_like_the_worse_days_before_is_none():
    assert sign_of(Measure.LATENCY, days([200, 2000], [1900]), today=TODAY) is None


def test_without_a_past_there_is_none():
    values = {day: value for day, value in days([1], [9]).items() if day >= TODAY - timedelta(days=12)}
    assert sign_of(Measure.RECONNECTS, values, today=TODAY) is None


@given(st.sampled_from(Measure), st.floats(0, 1e6), st.floats(0.2, 5))
def test_what_stays_the_same_is_never_a_sign(measure, value, sensitivity):
    assert sign_of(measure, days([value], [value]), today=TODAY, sensitivity=sensitivity) is None


def test_a_charger_that_was_always_hot_shows_none_and_one_that_becomes_hot_does():
    assert sign_of(Measure.TEMPERATURE, days([81, 84, 79], [83, 86]), today=TODAY) is None
    assert sign_of(Measure.TEMPERATURE, days([41, 44, 39], [62, 64]), today=TODAY)


def test_a_spring_is_none():
    values = {TODAY - timedelta(days=n): 45 - 0.4 * n for n in range(1, 36)}
    assert sign_of(Measure.TEMPERATURE, values, today=TODAY) is None


def test_a_measure_that_strays_widely_has_to_stray_further():
    assert sign_of(Measure.LATENCY, days([200, 1200, 3000, 4200], [4300]), today=TODAY) is None


def test_a_heat_wave_is_nobodys_own_and_what_goes_beyond_it_is():
    network = [days([30 + n, 32 + n], [45 + n]) for n in range(6)]
    common = common_change(Measure.TEMPERATURE, network, today=TODAY)
    assert common == 14
    assert sign_of(Measure.TEMPERATURE, network[0], today=TODAY)
    assert sign_of(Measure.TEMPERATURE, network[0], today=TODAY, common=common) is None
    sign = sign_of(Measure.TEMPERATURE, days([31], [60]), today=TODAY, common=common)
    assert sign is not None
    assert (sign.before, sign.recent, sign.common) == (31, 60, 14)


def test_a_winter_takes_a_share_of_everybodys_power():
    network = [days([power], [0.6 * power]) for power in (22_000, 50_000, 150_000, 150_000, 300_000)]
    common = common_change(Measure.POWER, network, today=TODAY)
    assert [sign_of(Measure.POWER, each, today=TODAY, common=common) for each in network] == [None] * 5
    assert sign_of(Measure.POWER, days([150_000], [50_000]), today=TODAY, common=common)


def test_four_peers_are_no_weather():
    assert common_change(Measure.TEMPERATURE, [days([30], [60])] * 4, today=TODAY) == 0


@given(st.sampled_from(Measure), st.lists(st.floats(0, 1e6), max_size=3))
def test_a_new_charger_with_three_points_shows_none(measure, values):
    young = {TODAY - timedelta(days=n + 1): value for n, value in enumerate(values)}
    assert sign_of(measure, young, today=TODAY) is None


@given(
    st.sampled_from([measure for measure in Measure if not LIMITS[measure].in_shares]),
    st.floats(0, 1e4),
    st.lists(st.floats(0, 1), min_size=35, max_size=35),
)
def test_what_strays_within_a_trifle_is_never_a_sign(measure, level, noise):
    trifle = LIMITS[measure].trifle
    values = {TODAY - timedelta(days=n + 1): level + trifle * share * 0.99 for n, share in enumerate(noise)}
    assert sign_of(measure, values, today=TODAY) is None


@given(st.sampled_from(Measure), st.lists(st.floats(1, 1e5), min_size=5, max_size=9), st.floats(0.05, 20))
def test_what_all_peers_do_alike_is_nobodys_sign(measure, levels, change):
    in_shares = LIMITS[measure].in_shares
    network = [days([level], [level * change if in_shares else level + 100 * change]) for level in levels]
    common = common_change(measure, network, today=TODAY)
    assert [sign_of(measure, each, today=TODAY, common=common) for each in network] == [None] * len(network)
