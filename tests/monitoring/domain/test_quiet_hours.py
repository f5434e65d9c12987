"""When people are left alone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.quiet_hours import QuietHours

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(time(22), time(7), BERLIN)


def test_a_night_is_quiet_until_its_morning():
    assert NIGHT.until(datetime(2026, 5, 4, 23, tzinfo=BERLIN)) == datetime(2026, 5, 5, 7, tzinfo=BERLIN)
    assert NIGHT.until(datetime(2026, 5, 5, 3, tzinfo=BERLIN)) == datetime(2026, 5, 5, 7, tzinfo=BERLIN)


def test_a_day_is_not():
    assert NIGHT.until(datetime(2026, 5, 5, 7, tzinfo=BERLIN)) is None
    assert NIGHT.until(datetime(2026, 5, 5, 21, 59, tzinfo=BERLIN)) is None


def test_the_same_time_twice_is_no_quiet_hours():
    assert QuietHours(time(7), time(7), BERLIN).until(datetime(2026, 5, 5, 7, tzinfo=BERLIN)) is None


def test_the_night_in_which_clocks_are_put_back_is_an_hour_longer():
    evening = datetime(2026, 10, 24, 22, tzinfo=BERLIN)
    end = NIGHT.until(evening)
    assert end is not None
    assert end - evening.astimezone(UTC) == timedelta(hours=10)


@given(
    begin=st.times(),
    end=st.times(),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    hours=st.integers(0, 365 * 24),
)
def test_quiet_hours_end_after_now_and_within_a_day_and_an_hour(begin, end, zone, hours):
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    until = QuietHours(begin, end, ZoneInfo(zone)).until(moment)
    assert until is None or moment < until <= moment + timedelta(hours=25)
