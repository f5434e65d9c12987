"""The composite schedule, against a slow evaluator of its own and by its invariants."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stations.domain.charging_profile import Kind, Period, Profile, Purpose, Schedule, Unit
from stations.domain.schedule import (
    MAX_CHANGES,
    Slot,
    Supply,
    Window,
    composite,
    composite_of_station,
    differences,
    slot_at,
)

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
AMPERE, WATT = Unit.AMPERE, Unit.WATT


def profile(purpose=Purpose.TX_DEFAULT, *periods, kind=Kind.ABSOLUTE, level=0, unit=AMPERE, start=NOON, **fields):
    """A profile of (start, limit) periods."""
    schedule_fields = {
        name: fields.pop(name) for name in ("duration_s", "min_rate", "use_local_time") if name in fields
    }
    made = [period if isinstance(period, Period) else Period(*period) for period in periods or [(0, 16)]]
    schedule = Schedule(unit, tuple(made), start=None if kind == Kind.RELATIVE else start, **schedule_fields)
    return Profile(purpose, kind, level, schedule, **fields)


def limits(profiles, **window):
    """(start, limit) of each slot of an hour from noon on, in A."""
    asked = Window(**{"at": NOON, "duration_s": 3600, "unit": AMPERE} | window)
    return [(slot.start_s, slot.limit) for slot in composite(profiles, asked)]


def test_without_profiles_there_is_no_limit():
    assert limits([]) == [(0, None)]


def test_periods_follow_each_other_until_the_duration_is_over():
    assert limits([profile(Purpose.TX_DEFAULT, (0, 16), (600, 8), duration_s=1200)]) == [
        (0, 16),
        (600, 8),
        (1200, None),
    ]


def test_the_highest_stack_level_leads_and_a_gap_falls_through():
    low = profile(Purpose.TX_DEFAULT, (0, 16))
    high = profile(Purpose.TX_DEFAULT, (0, 20), level=1, duration_s=600)
    assert limits([low, high]) == [(0, 20), (600, 16)]


def test_the_lowest_of_the_purposes_counts():
    found = limits([profile(Purpose.TX_DEFAULT, (0, 16)), profile(Purpose.STATION_MAX, (0, 10), (60, 30))])
    assert found == [(0, 10), (60, 16)]


def test_a_tx_profile_overrules_the_default_until_it_is_over():
    tx = profile(Purpose.TX, (0, 32), kind=Kind.RELATIVE, duration_s=1800)
    assert limits([profile(Purpose.TX_DEFAULT, (0, 6)), tx], session_since=NOON) == [(0, 32), (1800, 6)]


def test_a_relative_schedule_counts_from_the_sessions_start():
    tx = profile(Purpose.TX, (0, 32), (1800, 10), kind=Kind.RELATIVE)
    assert limits([tx], session_since=NOON - timedelta(minutes=20)) == [(0, 32), (600, 10)]


def test_validity_bounds_a_profile():
    found = profile(valid_from=NOON + timedelta(minutes=1), valid_to=NOON + timedelta(minutes=2))
    assert limits([found]) == [(0, None), (60, 16), (120, None)]


def test_a_schedule_that_starts_later_limits_nothing_before():
    assert limits([profile(start=NOON + timedelta(minutes=1))]) == [(0, None), (60, 16)]


@pytest.mark.parametrize(("recurrency", "days"), [("Daily", 1), ("Weekly", 7)])
def test_a_recurring_schedule_starts_again(recurrency, days):
    start = NOON - timedelta(days=3 * days) + timedelta(minutes=10)
    recurring = profile(
        Purpose.TX_DEFAULT, (0, 6), kind=Kind.RECURRING, recurrency=recurrency, start=start, duration_s=300
    )
    found = limits([recurring], duration_s=days * 86_400 + 3600)
    assert found[:3] == [(0, None), (600, 6), (900, None)]
    assert found[3] == (days * 86_400 + 600, 6)


def test_local_time_follows_the_clock_on_the_wall():
    """17:00 in Berlin is 16:00 UTC in winter and 15:00 in summer; the clock changes on 28 March 2027 at 01:00 UTC."""
    berlin = ZoneInfo("Europe/Berlin")
    peak = profile(
        Purpose.TX_DEFAULT,
        (0, 6),
        kind=Kind.RECURRING,
        recurrency="Daily",
        start=datetime(2027, 1, 1, 17, tzinfo=UTC),
        duration_s=3600,
        use_local_time=True,
    )
    at = datetime(2027, 3, 27, 12, tzinfo=UTC)
    found = limits([peak], at=at, duration_s=2 * 86_400, zone=berlin)
    on = [at + timedelta(seconds=start) for start, limit in found if limit == 6]
    assert on == [datetime(2027, 3, 27, 16, tzinfo=UTC), datetime(2027, 3, 28, 15, tzinfo=UTC)]


def test_an_hour_that_comes_twice_counts_twice():
    """On 31 October 2027 the hour from 2 to 3 comes twice in Berlin: K01.FR.91 repeats it."""
    night = profile(
        Purpose.TX_DEFAULT,
        (0, 6),
        start=datetime(2027, 10, 31, 2, tzinfo=UTC),
        duration_s=3600,
        use_local_time=True,
    )
    found = limits(
        [night], at=datetime(2027, 10, 30, 23, tzinfo=UTC), duration_s=4 * 3600, zone=ZoneInfo("Europe/Berlin")
    )
    assert found == [(0, None), (3600, 6), (3 * 3600, None)]


def test_priority_charging_overrules_what_the_session_has():
    profiles = [
        profile(Purpose.TX, (0, 6), kind=Kind.RELATIVE),
        profile(Purpose.PRIORITY, (0, 32), kind=Kind.RELATIVE),
        profile(Purpose.STATION_MAX, (0, 20)),
    ]
    assert limits(profiles) == [(0, 6)]
    assert limits(profiles, has_priority=True) == [(0, 20)]


def test_local_generation_comes_on_top():
    profiles = [
        profile(Purpose.TX_DEFAULT, (0, 5000), unit=WATT),
        profile(Purpose.LOCAL_GENERATION, (0, 2000), (600, 1000), unit=WATT),
    ]
    assert limits(profiles, unit=WATT) == [(0, 7000), (600, 6000)]
    assert limits(profiles[1:], unit=WATT) == [(0, None)]


def test_amperes_and_watts_meet_over_the_fewest_phases():
    profiles = [
        profile(Purpose.TX_DEFAULT, Period(0, 16, phases=1)),
        profile(Purpose.STATION_MAX, (0, 3000), unit=WATT),
    ]
    [slot] = composite(profiles, Window(NOON, 60, AMPERE))
    assert (slot.limit, slot.phases) == (pytest.approx(3000 / 230), 1)
    [slot] = composite(profiles[:1], Window(NOON, 60, WATT, Supply(voltage_v=120)))
    assert slot.limit == 16 * 120


def test_limits_of_the_station_and_of_an_evse_are_both_real():
    """An external limit of stack level 9 on the EVSE does not lift that of the grid connection."""
    profiles = [
        profile(Purpose.EXTERNAL, (0, 10), evse=0),
        profile(Purpose.EXTERNAL, (0, 30), evse=1, level=9),
    ]
    assert limits(profiles) == [(0, 10)]


def test_a_setpoint_stays_within_the_limits_of_its_direction():
    period = Period(0, limit=5000, discharge_limit=-3000, setpoint=-4000)
    [slot] = composite([profile(Purpose.TX, period, unit=WATT)], Window(NOON, 60, WATT))
    assert (slot.setpoint, slot.discharge_limit, slot.limit) == (-3000, -3000, 5000)


def test_the_least_efficient_rate_is_told():
    [slot] = composite([profile(min_rate=4.0), profile(Purpose.STATION_MAX, min_rate=6.0)], Window(NOON, 60, AMPERE))
    assert slot.min_rate == 6.0


def test_a_station_draws_the_sum_of_its_evses_below_its_own_limit():
    roof = profile(Purpose.STATION_MAX, (0, 30), (60, 50))
    evses = [[Slot(0, 16), Slot(30, 20)], [Slot(0, 16)]]
    found = composite_of_station(evses, [roof], Window(NOON, 3600, AMPERE))
    assert [(slot.start_s, slot.limit) for slot in found] == [(0, 30), (60, 36)]
    unknown = composite_of_station([[Slot(0, None)]], [], Window(NOON, 60, AMPERE))
    assert [slot.limit for slot in unknown] == [None]


def test_differences_are_told_once_and_rounding_is_none():
    ours = [Slot(0, 16.0), Slot(600, 8.0)]
    assert differences(ours, [Slot(0, 16.05), Slot(600, 8)]) == []
    [found] = differences(ours, [Slot(0, 16), Slot(300, 32), Slot(450, 32)])[:1]
    assert (found.start_s, found.ours, found.theirs) == (300, 16.0, 32)
    assert differences([Slot(0, None)], [Slot(0, 32)]) == []


def test_the_end_of_the_calendar_is_no_trouble():
    late = profile(start=datetime(9999, 12, 31, tzinfo=UTC), duration_s=2**31 - 1)
    early = profile(
        Purpose.TX_DEFAULT,
        (0, 9),
        kind=Kind.RECURRING,
        recurrency="Weekly",
        start=datetime(1, 1, 1, tzinfo=UTC),
        use_local_time=True,
    )
    assert limits([late, early], zone=ZoneInfo("America/Los_Angeles")) == [(0, 9)]


def test_a_calendar_without_an_end_is_cut():
    periods = [(second, 6 + second % 3) for second in range(1024)]
    busy = [
        profile(Purpose.TX_DEFAULT, *periods, kind=Kind.RECURRING, recurrency="Daily", level=level, duration_s=1024)
        for level in range(60)
    ]
    slots = composite(busy, Window(NOON, 7 * 86_400, AMPERE))
    assert len(slots) <= MAX_CHANGES


# Against a slow evaluator, written without a look at the other: every second on its own.

seconds = st.integers(-7200, 7200)
PURPOSES = [*Purpose]


@st.composite
def a_profile(draw):
    starts = sorted(draw(st.sets(st.integers(0, 3000).map(lambda s: s // 7 * 7), max_size=3)) | {0})
    periods = tuple(
        Period(start, float(draw(st.integers(0, 40))), draw(st.sampled_from([None, 1, 2, 3]))) for start in starts
    )
    kind = draw(st.sampled_from([Kind.ABSOLUTE, Kind.RECURRING, Kind.RELATIVE]))
    start = NOON + timedelta(seconds=draw(seconds))
    schedule = Schedule(
        AMPERE,
        periods,
        start=None if kind == Kind.RELATIVE else start,
        duration_s=draw(st.sampled_from([None, 600, 2000, 86_400])),
    )
    valid = [draw(st.none() | seconds), draw(st.none() | seconds)]
    valid_from, valid_to = (None if s is None else NOON + timedelta(seconds=s) for s in valid)
    return Profile(
        draw(st.sampled_from(PURPOSES)),
        kind,
        draw(st.integers(0, 20)),
        schedule,
        evse=draw(st.integers(0, 1)),
        recurrency="Daily" if kind == Kind.RECURRING else "",
        valid_from=valid_from,
        valid_to=valid_to,
        since=NOON,
    )


def slow_limit(p, at, session_since):
    """The profile's own limit at an instant, or None in a gap."""
    if (p.valid_from and at < p.valid_from) or (p.valid_to and not at < p.valid_to):
        return None
    since = {
        Kind.RELATIVE: session_since if p.purpose in ("TxProfile", "TxDefaultProfile", "PriorityCharging") else NOON
    }
    gone = (at - since.get(p.kind, p.schedule.start)).total_seconds()
    if gone < 0:
        return None
    while p.kind == Kind.RECURRING and gone >= 86_400:
        gone -= 86_400
    if p.schedule.duration_s is not None and gone >= p.schedule.duration_s:
        return None
    return [period.limit for period in p.schedule.periods if period.start_s <= gone][-1]


def slow_composite(profiles, at, window):
    """The limit in A at an instant."""

    def leader(chosen):
        live = [
            (p.stack_level, -limit) for p in chosen if (limit := slow_limit(p, at, window.session_since)) is not None
        ]
        return -max(live)[1] if live else None

    by = {purpose: [p for p in profiles if p.purpose == purpose] for purpose in PURPOSES}
    session = leader(by[Purpose.TX])
    if session is None:
        session = leader(by[Purpose.TX_DEFAULT])
    if window.has_priority and (first := leader(by[Purpose.PRIORITY])) is not None:
        session = first
    each = [leader([p for p in by[purpose] if p.evse == n]) for purpose in ROOFS for n in (0, 1)]
    found = [limit for limit in (session, *each) if limit is not None]
    extra = [leader([p for p in by[Purpose.LOCAL_GENERATION] if p.evse == n]) for n in (0, 1)]
    return min(found) + sum(limit or 0 for limit in extra) if found else None


ROOFS = (Purpose.STATION_MAX, Purpose.EXTERNAL)
windows = st.builds(
    Window,
    at=st.just(NOON),
    duration_s=st.just(3600),
    unit=st.just(AMPERE),
    session_since=seconds.filter(lambda s: s <= 0).map(lambda s: NOON + timedelta(seconds=s)),
    has_priority=st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(a_profile(), max_size=8), windows)
def test_it_is_what_a_slow_evaluator_finds_at_every_instant(profiles, window):
    slots = composite(profiles, window)
    for second in range(0, 3600, 13):
        at = NOON + timedelta(seconds=second)
        assert slot_at(slots, second).limit == slow_composite(profiles, at, window), second


@settings(max_examples=200, deadline=None)
@given(st.lists(a_profile(), max_size=8), windows)
def test_it_covers_the_window_without_a_gap_and_without_repeating_itself(profiles, window):
    slots = composite(profiles, window)
    starts = [slot.start_s for slot in slots]
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    assert all(start < window.duration_s for start in starts)
    assert all(replace(a, start_s=0) != replace(b, start_s=0) for a, b in pairwise(slots))


@settings(max_examples=200, deadline=None)
@given(st.lists(a_profile(), max_size=8), windows, st.integers(1, 3600))
def test_a_shorter_window_is_the_beginning_of_a_longer_one(profiles, window, shorter):
    beginning = composite(profiles, replace(window, duration_s=shorter))
    assert list(beginning) == [slot for slot in composite(profiles, window) if slot.start_s < shorter]


@settings(max_examples=200, deadline=None)
@given(st.lists(a_profile(), max_size=8), windows, st.sampled_from([AMPERE, WATT]))
def test_it_is_never_above_a_limit_of_the_grid_connection(profiles, window, unit):
    """Whatever the unit and the phases: no roof in force is exceeded (but for what is generated on the spot)."""
    profiles = [p for p in profiles if p.purpose != Purpose.LOCAL_GENERATION]
    slots = composite(profiles, replace(window, unit=unit))
    roofs = [p for p in profiles if p.purpose in ROOFS]
    for second in range(0, 3600, 61):
        at = NOON + timedelta(seconds=second)
        slot = slot_at(slots, second)
        for number in (0, 1):
            for purpose in ROOFS:
                live = [p for p in roofs if (p.purpose, p.evse) == (purpose, number)]
                live = [(p.stack_level, slow_limit(p, at, window.session_since)) for p in live]
                live = [(level, limit) for level, limit in live if limit is not None]
                if not live:
                    continue
                roof = max(limit for level, limit in live if level == max(live)[0])
                amperes = slot.limit if unit == AMPERE else slot.limit / (230 * slot.phases)
                assert amperes <= roof + 1e-9
