"""What holds of every ledger, whatever was heard and in whatever order."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.uptime import (
    CONNECTION,
    IMPAIRED,
    OPERATOR,
    STATION,
    Cause,
    Excluded,
    Interval,
    Reason,
    Signal,
    State,
    Tally,
    availability,
    clipped,
    connector,
    disjoint,
    month_end,
    nevi,
    nevi_of,
    overlaid,
    tally,
    timeline,
    window,
)
from monitoring.domain.uptime.intervals import Span
from monitoring.domain.uptime.signals import OFF, ON, Word

BEGIN = datetime(2024, 2, 27, tzinfo=UTC)
END = BEGIN + timedelta(days=5)
GRACE = timedelta(minutes=5)

_moments = st.integers(0, 5 * 86_400 - 1).map(lambda s: BEGIN + timedelta(seconds=s))
_words = st.sampled_from([Word.WORKS, Word.FAULTED, Word.UNAVAILABLE, Word.UNKNOWN])
_said = st.one_of(
    st.tuples(st.just(CONNECTION), st.sampled_from([ON, OFF])),
    st.tuples(st.just(OPERATOR), st.sampled_from([ON, OFF])),
    st.tuples(st.just(IMPAIRED), st.sampled_from([OFF, Cause.LOW_POWER])),
    st.tuples(st.just(STATION), _words),
    st.tuples(st.sampled_from([connector(1), connector(2)]), _words),
)
signals = st.lists(
    st.builds(lambda at, said, order: Signal(at, *said, "", order), _moments, _said, st.integers(0, 9)), max_size=25
)


@st.composite
def spans(draw):
    start, end = sorted([draw(_moments), draw(_moments)])
    return start, end + timedelta(seconds=1)


excluded = st.lists(st.builds(lambda span, why: Excluded(*span, why), spans(), st.sampled_from(Reason)), max_size=8)


def ledger_of(told, *, since=BEGIN, until=END):
    return timeline(told, since=since, until=until, grace=GRACE)


@given(signals)
def test_intervals_partition_time(told):
    found = ledger_of(told)
    assert (found[0].start, found[-1].end) == (BEGIN, END)
    assert all(one.end == other.start for one, other in pairwise(found))
    assert all(interval.seconds > 0 for interval in found)
    assert all(one[2:] != other[2:] for one, other in pairwise(found))


@given(signals, st.randoms(use_true_random=False))
def test_the_order_in_which_signals_come_does_not_matter(told, chance):
    shuffled = list(told)
    chance.shuffle(shuffled)
    distinct = {(signal.at, signal.channel, signal.order) for signal in told}
    if len(distinct) == len(told):
        assert ledger_of(shuffled) == ledger_of(told)


@given(signals, _moments)
def test_what_comes_changes_nothing_before_it_but_the_silence_it_ends_or_begins(told, at):
    """A signal at an instant leaves the time before the absence it belongs to as it was."""
    before = ledger_of(told)
    after = ledger_of([*told, Signal(at, connector(1), Word.FAULTED, "", 10)])
    assert list(clipped(before, BEGIN, at)) == list(clipped(after, BEGIN, at))


@given(signals, spans(), st.sampled_from([State.UP, State.DOWN]))
def test_a_correction_changes_nothing_outside_of_it(told, span, state):
    correction = Interval(*span, state, Cause.WORKING if state is State.UP else Cause.FAULT, "", 1)
    base = ledger_of(told)
    found = overlaid(base, [correction])
    assert sum(interval.seconds for interval in found) == sum(interval.seconds for interval in base)
    for part in ((BEGIN, span[0]), (span[1], END)):
        assert list(clipped(found, *part)) == list(clipped(base, *part))
    assert {interval.state for interval in clipped(found, *span)} <= {state}
    # Taken back, it never was.
    assert overlaid(base, [correction, Span(*span)]) == base


@given(signals, excluded, st.lists(_moments, max_size=6))
def test_sums_of_a_time_are_those_of_its_parts(told, reasons, cuts):
    found = ledger_of(told)
    edges = [BEGIN, *sorted(cuts), END]
    parts = [tally(found, since=s, until=u, excluded=reasons) for s, u in pairwise(edges) if s < u]
    whole = tally(found, since=BEGIN, until=END, excluded=reasons)
    assert sum(parts, Tally()) == whole
    if all(part.measured_s for part in parts):
        weighted = sum(availability(part) * part.measured_s for part in parts) / whole.measured_s
        assert weighted == pytest.approx(availability(whole))


@given(signals, excluded)
def test_exclusions_are_a_part_of_outage_and_count_no_second_twice(told, reasons):
    found = ledger_of(told)
    sums = tally(found, since=BEGIN, until=END, excluded=reasons)
    assert 0 <= sums.all_excluded_s <= sums.outage_s
    figure = nevi(found, reasons, month=date(2024, 3, 1))
    assert nevi(found, month=date(2024, 3, 1)).uptime <= figure.uptime <= 100
    parts = disjoint(reasons)
    assert all(one.end <= other.start for one, other in pairwise(parts))
    covered = {s for part in reasons for s in _hours(part)}
    assert covered == {s for part in parts for s in _hours(part)}


def _hours(part):
    """Every hour of the test's time that has a second of it at its full hour."""
    hour = timedelta(hours=1)
    return [n for n in range(120) if part.start <= BEGIN + n * hour < part.end]


@given(st.integers(2000, 2100), st.integers(1, 12))
def test_the_window_is_twelve_whole_months(year, month):
    since, until = window(date(year, month, 1))
    assert until == month_end(date(year, month, 1))
    assert (until.year - since.year) * 12 + until.month - since.month == 12
    assert (until - since).days in (365, 366)


def test_the_denominator_is_the_same_in_a_leap_year():
    since, until = window(date(2024, 12, 1))
    out = Interval(since, until, State.DOWN, Cause.FAULT)
    figure = nevi([out], month=date(2024, 12, 1))
    assert (figure.outage, figure.uptime) == (527_040, 0.0)
    an_hour = Interval(since, since + timedelta(hours=1), State.DOWN, Cause.FAULT)
    for month in (date(2024, 12, 1), date(2023, 12, 1)):
        shifted = an_hour._replace(start=window(month).start, end=window(month).start + timedelta(hours=1))
        assert nevi([shifted], month=month).uptime == pytest.approx((525_600 - 60) / 525_600 * 100)


@pytest.mark.parametrize(("day", "hours"), [("2024-03-31", 23), ("2024-10-27", 25), ("2024-06-01", 24)])
def test_a_local_day_has_the_hours_it_had(day, hours):
    zone = ZoneInfo("Europe/Berlin")
    start = datetime.fromisoformat(day).replace(tzinfo=zone)
    end = (start.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
    since, until = start.astimezone(UTC), end.astimezone(UTC)
    out = Interval(since - timedelta(days=1), until + timedelta(days=1), State.DOWN, Cause.FAULT)
    sums = tally([out], since=since, until=until, excluded=[Excluded(start, end, Reason.UTILITY)])
    assert sums.outage_s == sums.all_excluded_s == hours * 3600


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_the_figure_never_leaves_its_scale(outage_s, excluded_s):
    figure = nevi_of(Tally(outage_s, outage_s, {"utility": min(outage_s, excluded_s)}))
    assert 0 <= figure.uptime <= 100
