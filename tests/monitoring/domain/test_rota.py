"""Who is on call is defined for every instant, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.rota import Hours, Layer, Override, Rota, on_call, shifts

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 3, 2)
ZONES = [
    BERLIN,
    ZoneInfo("UTC"),
    ZoneInfo("America/New_York"),
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("Asia/Kolkata"),
]
MINUTES = st.integers(0, 365 * 24 * 60)
instants = MINUTES.map(lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute))
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
hours = st.builds(Hours, times, times, st.frozensets(st.integers(0, 6), min_size=1))
layers = st.builds(
    Layer,
    people=st.lists(st.integers(1, 9), max_size=4).map(tuple),
    starts_on=st.dates(date(2025, 12, 1), date(2026, 6, 1)),
    handover=times,
    days=st.integers(1, 15),
    hours=st.one_of(st.just(Hours()), hours),
)
overrides = st.builds(
    lambda start, hours, person: Override(start, start + timedelta(hours=hours), person),
    instants,
    st.integers(1, 200),
    st.integers(10, 12),
)
rotas = st.builds(Rota, st.sampled_from(ZONES), st.lists(layers, max_size=3), st.lists(overrides, max_size=2))


def at(*when):
    return datetime(*when, tzinfo=BERLIN)


def test_people_take_weekly_turns():
    rota = Rota(BERLIN, [Layer((1, 2), MONDAY)])
    assert on_call(rota, at(2026, 3, 2, 9)) == 1
    assert on_call(rota, at(2026, 3, 9, 8, 59)) == 1
    assert on_call(rota, at(2026, 3, 9, 9)) == 2
    assert on_call(rota, at(2026, 3, 16, 9)) == 1


def test_before_it_begins_nobody_is_on_call():
    assert on_call(Rota(BERLIN, [Layer((1,), MONDAY)]), at(2026, 3, 2, 8, 59)) is None


def test_a_later_layer_goes_before():
    nights = Layer((9,), MONDAY, hours=Hours(time(18), time(8)))
    rota = Rota(BERLIN, [Layer((1,), MONDAY), nights])
    assert on_call(rota, at(2026, 3, 3, 12)) == 1
    assert on_call(rota, at(2026, 3, 3, 18)) == 9
    assert on_call(rota, at(2026, 3, 4, 7, 59)) == 9


def test_hours_may_be_of_some_weekdays():
    weekend = Layer((7,), MONDAY, handover=time(0), hours=Hours(weekdays=frozenset({5, 6})))
    rota = Rota(BERLIN, [weekend])
    assert on_call(rota, at(2026, 3, 6, 23, 59)) is None
    assert on_call(rota, at(2026, 3, 7, 0)) == 7
    assert on_call(rota, at(2026, 3, 9, 0)) is None


def test_an_override_goes_before_all():
    swap = Override(at(2026, 3, 3, 12), at(2026, 3, 3, 14), 5)
    rota = Rota(BERLIN, [Layer((1,), MONDAY)], [swap])
    assert [shift.person for shift in shifts(rota, at(2026, 3, 3, 0), at(2026, 3, 4, 0))] == [1, 5, 1]


def test_a_handover_comes_once_when_clocks_are_put_back():
    rota = Rota(BERLIN, [Layer((1, 2), date(2026, 10, 24), handover=time(2, 30), days=1)])
    found = shifts(rota, at(2026, 10, 24, 12), at(2026, 10, 25, 12))
    assert [shift.person for shift in found] == [1, 2]
    assert found[0].end == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_handover_is_not_left_out_when_clocks_are_put_forward():
    rota = Rota(BERLIN, [Layer((1, 2), date(2026, 3, 28), handover=time(2, 30), days=1)])
    assert [shift.person for shift in shifts(rota, at(2026, 3, 28, 12), at(2026, 3, 29, 12))] == [1, 2]


@given(rota=rotas, start=instants, days=st.integers(1, 20))
def test_shifts_partition_time(rota, start, days):
    end = start + timedelta(days=days)
    found = shifts(rota, start, end)
    assert (found[0].start, found[-1].end) == (start, end)
    for one, following in pairwise(found):
        assert one.end == following.start
        assert one.person != following.person


@given(rota=rotas, start=instants, minutes=st.integers(0, 20 * 24 * 60))
def test_at_every_instant_the_shift_is_that_of_who_is_on_call(rota, start, minutes):
    end, moment = start + timedelta(days=21), start + timedelta(minutes=minutes)
    [shift] = [shift for shift in shifts(rota, start, end) if shift.start <= moment < shift.end]
    assert shift.person == on_call(rota, moment)


@given(rota=rotas, start=instants)
def test_with_somebody_in_a_layer_of_all_hours_nobody_is_missing_once_it_began(rota, start):
    always = Layer((99,), date(2025, 1, 1))
    whole = Rota(rota.zone, [always, *rota.layers], rota.overrides)
    assert all(shift.person is not None for shift in shifts(whole, start, start + timedelta(days=10)))
