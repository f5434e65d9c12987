"""Opening hours: on the site's clock, over midnight, over changes of the clock."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.domain import opening_hours, opening_hours_text
from stations.domain.opening_hours import Hours, OpeningHours, Problem, Span, SpecialDay, Unreadable

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    BERLIN,
    ZoneInfo("UTC"),
    ZoneInfo("America/New_York"),
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("Asia/Kathmandu"),
]


def local(text, zone=BERLIN, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def read(text):
    return opening_hours_text.read(text)


@pytest.mark.parametrize(
    ("text", "at", "is_open"),
    [
        ("Mo-Fr 08:00-18:00", "2026-11-20T08:00", True),
        ("Mo-Fr 08:00-18:00", "2026-11-20T07:59", False),
        ("Mo-Fr 08:00-18:00", "2026-11-20T18:00", False),
        ("Mo-Fr 08:00-18:00", "2026-11-21T12:00", False),
        ("Mo 08:00-12:00, 14:00-18:00", "2026-11-23T13:00", False),
        ("Fr 18:00-02:00", "2026-11-21T01:59", True),
        ("Fr 18:00-02:00", "2026-11-20T01:00", False),
        ("Su 22:00-06:00", "2026-11-23T05:00", True),
        ("24/7", "2026-11-23T05:00", True),
        ("24/7; 2026-12-25", "2026-12-25T12:00", False),
        ("Mo-Su 08:00-18:00; 2026-12-24 10:00-12:00 Christmas Eve", "2026-12-24T09:00", False),
        ("Mo-Su 18:00-02:00; 2026-12-25", "2026-12-25T01:00", True),
        ("", "2026-11-20T08:00", False),
    ],
)
def test_a_place_is_open_by_its_own_clock(text, at, is_open):
    assert read(text).is_open(local(at), BERLIN) is is_open


@pytest.mark.parametrize(
    ("text", "at", "change"),
    [
        ("Mo-Fr 08:00-18:00", "2026-11-20T09:00", "2026-11-20T18:00"),
        ("Mo-Fr 08:00-18:00", "2026-11-20T19:00", "2026-11-23T08:00"),
        ("Fr 18:00-02:00", "2026-11-20T20:00", "2026-11-21T02:00"),
        ("Mo-Tu 00:00-24:00", "2026-11-23T12:00", "2026-11-25T00:00"),
        ("24/7; 2027-12-25", "2026-11-23T12:00", "2027-12-25T00:00"),
        ("24/7", "2026-11-23T12:00", None),
        ("", "2026-11-23T12:00", None),
        ("; 2026-12-24 10:00-12:00", "2026-11-23T12:00", "2026-12-24T10:00"),
        ("; 2026-12-24 10:00-12:00", "2026-12-25T12:00", None),
    ],
)
def test_the_next_change_is_when_it_opens_or_closes(text, at, change):
    assert read(text).next_change(local(at), BERLIN) == (change and local(change))


def test_a_night_in_spring_is_an_hour_shorter_and_one_in_autumn_an_hour_longer():
    nights = read("Sa 22:00-06:00")
    spring = nights.between(local("2026-03-28T12:00"), local("2026-03-29T12:00"), BERLIN)
    autumn = nights.between(local("2026-10-24T12:00"), local("2026-10-25T12:00"), BERLIN)
    assert [span.end - span.start for span in spring + autumn] == [timedelta(hours=7), timedelta(hours=9)]


def test_hours_that_the_clock_skips_are_none():
    assert read("Su 02:15-02:45").between(local("2026-03-29T00:00"), local("2026-03-29T12:00"), BERLIN) == []


def test_what_begins_in_a_skipped_hour_begins_when_the_clock_is_put_forward():
    found = read("Su 02:30-05:00").between(local("2026-03-29T00:00"), local("2026-03-29T12:00"), BERLIN)
    assert found == [Span(datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 3, 29, 3, tzinfo=UTC))]


def test_an_hour_that_comes_twice_is_open_both_times():
    hours = read("Su 02:00-03:00")
    assert all(hours.is_open(local("2026-10-25T02:30", fold=fold), BERLIN) for fold in (0, 1))
    found = hours.between(local("2026-10-25T00:00"), local("2026-10-25T12:00"), BERLIN)
    assert [span.end - span.start for span in found] == [timedelta(hours=2)]


minutes = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))


@st.composite
def days(draw):
    """Hours of one day that do not overlap: at most one goes past midnight."""
    points = sorted(draw(st.lists(minutes, max_size=4, unique=True)))
    found = [Hours(*pair) for pair in zip(points[::2], points[1::2], strict=False)]
    if draw(st.booleans()) and (not found or found[-1].closes < time(23)):
        opens = time(23)
        found.append(Hours(opens, draw(st.sampled_from([time(0), time(2, 30), time(23)]))))
    return tuple(found)


@st.composite
def all_hours(draw):
    is_always = draw(st.booleans())
    weekly = [] if is_always else [(day, hours) for day in range(1, 8) for hours in draw(days())]
    special = draw(st.dictionaries(st.dates(date(2026, 3, 20), date(2026, 11, 5)), days(), max_size=3))
    return opening_hours.made(
        is_always=is_always,
        weekly=weekly,
        special_days=[SpecialDay(day, hours, "Holiday") for day, hours in special.items()],
    )


instants = st.timedeltas(timedelta(0), timedelta(days=221)).map(datetime(2026, 3, 25, tzinfo=UTC).__add__)
zones = st.sampled_from(ZONES)


@given(all_hours(), zones, instants, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_between_says_the_same_as_looking_at_each_moment(hours, zone, start, length):
    end = start + length
    spans = hours.between(start, end, zone)
    assert all(start <= span.start < span.end <= end for span in spans)
    assert all(earlier.end < later.start for earlier, later in itertools.pairwise(spans))
    for at in (start + length * part / 7 for part in range(7)):
        inside = any(span.start <= at < span.end for span in spans)
        assert at >= end or hours.is_open(at, zone) is inside


@given(all_hours(), zones, instants, st.timedeltas(timedelta(0), timedelta(days=9)), st.floats(0, 1))
def test_two_parts_of_a_time_are_open_as_long_as_the_whole(hours, zone, start, length, share):
    def open_for(first, last):
        return sum((span.end - span.start for span in hours.between(first, last, zone)), timedelta())

    middle = start + length * share
    assert open_for(start, middle) + open_for(middle, start + length) == open_for(start, start + length)


@given(all_hours(), zones, instants)
def test_until_the_next_change_nothing_changes(hours, zone, at):
    change = hours.next_change(at, zone)
    end = change or at + timedelta(days=30)
    before = hours.is_open(at, zone)
    assert hours.between(at, end, zone) == ([Span(at, end)] if before else [])
    if change:
        assert hours.is_open(change, zone) is not before


@given(all_hours())
def test_as_text_and_as_json_hours_stay_the_same(hours):
    assert opening_hours.from_json(opening_hours.to_json(hours)) == hours
    assert opening_hours_text.read(opening_hours_text.write(hours)) == hours


def test_the_text_is_as_people_write_it():
    hours = read("fr-mo 8:00-12:00,14:00–18:00 ; We 09:00-24:00; 2026-12-25 Christmas; 2026-12-24 10:00-14:00 Eve")
    assert opening_hours_text.write(hours) == (
        "Mo 08:00-12:00, 14:00-18:00; We 09:00-00:00; Fr-Su 08:00-12:00, 14:00-18:00; "
        "2026-12-24 10:00-14:00 Eve; 2026-12-25 Christmas"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Mo 8-18", Problem.TIME),
        ("Mo 25:00-26:00", Problem.TIME),
        ("Mo 08:00", Problem.HOURS),
        ("Xy 08:00-09:00", Problem.WEEKDAY),
        ("Mo 08:00-12:00, 11:00-13:00", Problem.OVERLAP),
        ("Mo 22:00-02:00, 23:00-23:30", Problem.OVERLAP),
        ("24/7; Mo 08:00-12:00", Problem.ALWAYS),
        ("2026-02-30", Problem.DAY),
        ("2026-12-25; 2026-12-25 10:00-11:00", Problem.TWICE),
    ],
)
def test_what_makes_no_sense_is_refused(text, why):
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert refused.value.problem is why


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "24/7",
        {"regular_hours": [{}]},
        {"regular_hours": [{"weekday": 8, "period_begin": "1:00", "period_end": "2:00"}]},
    ],
)
def test_json_of_another_form_is_refused(told):
    with pytest.raises(Unreadable):
        opening_hours.from_json(told)


def test_hours_are_found_by_the_day_they_begin_on():
    assert OpeningHours(is_always=True).of(date(2026, 1, 1)) == (Hours(time(0), time(0)),)
