"""Attempts, visits, rates and streaks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.success import (
    Outcome,
    Rate,
    Told,
    Try,
    differs,
    is_surely_below,
    outcome_of,
    spells,
    visits,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def minute(number):
    return NOON + timedelta(minutes=number)


def attempt(key, who, begin, end, *, charged=False):
    return Try(key, who, minute(begin), minute(end), has_charged=charged)


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (Told(100, is_accepted=True, stop_reason="Local"), Outcome.WELL),
        (Told(99, is_accepted=True, stop_reason="Local"), Outcome.NO_ENERGY),
        (Told(9000, is_accepted=True, stop_reason="PowerLoss"), Outcome.CUT_OFF),
        (Told(9000, is_accepted=True, stop_reason="Other"), Outcome.CHARGED),
        (Told(9000, is_accepted=True, stop_reason="EmergencyStop"), Outcome.CHARGED),
        (Told(9000, is_accepted=True, stop_reason="Local", is_end_known=False), Outcome.CHARGED),
        (Told(0, is_accepted=False, stop_reason="DeAuthorized"), Outcome.REFUSED),
        (Told(0, is_accepted=True, soc_percent=99.0), Outcome.VEHICLE),
        (Told(0, is_accepted=True, stop_reason="StoppedByEV"), Outcome.VEHICLE),
        (Told(12, is_accepted=True, is_metered=False), Outcome.UNKNOWN),
        (Told(9000, is_accepted=False, stop_reason="Local"), Outcome.WELL),
    ],
)
def test_what_a_session_came_to(told, outcome):
    assert outcome_of(told) is outcome


def test_one_card_trying_twice_at_a_site_is_one_visit():
    (visit,) = visits([attempt(1, "a", 0, 2), attempt(2, "a", 20, 60, charged=True)])
    assert (visit.first_try, visit.has_charged) == (False, True)


def test_another_card_within_minutes_of_a_failure_is_the_same_person():
    (visit,) = visits([attempt(1, "a", 0, 2), attempt(2, "b", 5, 60, charged=True)])
    assert [one.key for one in visit.tries] == [1, 2]


def test_another_card_later_is_somebody_else():
    assert len(visits([attempt(1, "a", 0, 2), attempt(2, "b", 9, 60, charged=True)])) == 2


def test_who_charged_and_comes_again_is_on_a_second_visit():
    assert len(visits([attempt(1, "a", 0, 2, charged=True), attempt(2, "a", 3, 60, charged=True)])) == 2


def test_who_was_there_already_when_another_failed_is_somebody_else():
    assert len(visits([attempt(1, "a", 0, 10), attempt(2, "b", 5, 60, charged=True)])) == 2


TRIES = st.lists(
    st.builds(
        lambda who, begin, lasts, charged: (who, begin, lasts, charged),
        st.sampled_from(["", "a", "b", "c"]),
        st.integers(0, 300),
        st.integers(0, 60),
        st.booleans(),
    ),
    max_size=20,
).map(lambda rows: [attempt(n, w, b, b + d, charged=c) for n, (w, b, d, c) in enumerate(rows)])


@given(TRIES)
def test_each_try_is_in_one_visit_and_only_its_last_one_charged(tries):
    found = visits(tries)
    assert sorted(one.key for visit in found for one in visit.tries) == sorted(one.key for one in tries)
    assert not any(one.has_charged for visit in found for one in visit.tries[:-1])


@given(TRIES, st.randoms())
def test_visits_do_not_depend_on_the_order_in_which_tries_were_told(tries, chance):
    shuffled = list(tries)
    chance.shuffle(shuffled)
    assert visits(shuffled) == visits(tries)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_rate_lies_within_its_interval_and_more_attempts_narrow_it(counts):
    good, total = counts
    low, high = Rate(good, total).interval
    assert 0 <= low <= good / total <= high <= 1
    wider = Rate(good, total).interval
    narrower = Rate(good * 4, total * 4).interval
    assert narrower[1] - narrower[0] <= wider[1] - wider[0]


def test_wilsons_interval_of_eight_in_ten():
    # Agresti and Coull's example figures: 0.490 to 0.943.
    low, high = Rate(8, 10).interval
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)


def test_few_attempts_make_no_difference_between_two_rates():
    assert not differs(Rate(3, 4), Rate(4, 4))
    assert differs(Rate(300, 400), Rate(396, 400))
    assert not differs(Rate(0, 0), Rate(396, 400))


@pytest.mark.parametrize(
    ("good", "total", "is_sure"),
    [(0, 0, False), (0, 1, False), (0, 2, False), (0, 3, True), (1, 4, False), (1, 5, True), (15, 30, True)],
)
def test_a_rate_is_surely_too_low_where_chance_would_hardly_make_it_so(good, total, is_sure):
    assert is_surely_below(Rate(good, total), 0.8) is is_sure


def test_thousands_of_attempts_are_judged_like_few():
    assert is_surely_below(Rate(7_800, 10_000), 0.8)
    assert not is_surely_below(Rate(7_980, 10_000), 0.8)


def test_who_wants_all_to_succeed_is_told_of_one_failure_and_who_wants_nothing_of_none():
    assert is_surely_below(Rate(99, 100), 1)
    assert not is_surely_below(Rate(0, 100), 0)


def failed(*people, since=0):
    return [(Outcome.NO_ENERGY, who, minute(since + n)) for n, who in enumerate(people)]


def well(at):
    return (Outcome.WELL, "z", minute(at))


def test_a_streak_goes_from_the_first_failure_to_the_next_success():
    (spell,) = spells([*failed("a", "b", "a"), well(9)])
    found = spell.streak
    assert (found.attempts, found.people, found.since, found.is_zero_energy) == (3, 2, minute(0), True)
    assert spell.ended_at == minute(9)


def test_the_last_streak_goes_on():
    assert [spell.ended_at for spell in spells([*failed("a"), well(3), *failed("b", since=5)])] == [minute(3), None]


def test_one_driver_failing_again_and_again_is_not_blamed_on_the_port():
    assert not spells(failed("a", "a", "a", "a"))[0].streak.is_serious()
    assert spells(failed("a", "b", "a"))[0].streak.is_serious()


def test_what_does_not_count_neither_makes_nor_ends_a_streak():
    refused = (Outcome.REFUSED, "x", minute(8))
    assert spells([*failed("a", "b", "c"), refused])[0].streak.attempts == 3
    assert spells([refused]) == []


@given(st.lists(st.sampled_from([Outcome.NO_ENERGY, Outcome.WELL, Outcome.LEFT]), max_size=30))
def test_each_failure_is_in_one_streak(outcomes):
    found = spells([(outcome, "a", minute(n)) for n, outcome in enumerate(outcomes)])
    assert sum(spell.streak.attempts for spell in found) == outcomes.count(Outcome.NO_ENERGY)
    assert all(spell.ended_at is not None for spell in found[:-1])
