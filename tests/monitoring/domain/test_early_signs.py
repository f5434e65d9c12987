from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.early_signs import Measure, sign_of

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
