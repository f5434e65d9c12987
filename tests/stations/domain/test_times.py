"""Times on the wire."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.domain.times import is_time, parse, render


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_rendered_time_is_read_back_to_the_millisecond(moment):
    assert abs((parse(render(moment)) - moment).total_seconds()) < 0.001


def test_times_are_sent_with_z_and_milliseconds():
    assert render(datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)) == "2026-01-02T03:04:05.678Z"


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05",
        "2026-01-02 03:04:05",
        "2026-01-02T05:04:05+02:00",
        " 2026-01-02T03:04:05Z ",
    ],
)
def test_times_are_taken_as_chargers_write_them(text):
    assert parse(text) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "now", "0001-01-01T00:00:00+14:00", "2026-02-30T00:00:00Z"])
def test_what_is_no_instant_is_refused(text):
    assert not is_time(text)
