"""The share of time a station was connected."""

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.domain.connectivity import share_connected

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def at(hours):
    return DAY + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("spells", "share"),
    [
        ([], 1),
        ([(at(0), at(6))], 0.5),
        ([(at(-6), at(3))], 0.75),
        ([(at(9), None)], 0.75),
        ([(at(6), at(60))], 0.5),
        ([(at(0), at(6)), (at(3), at(9))], 0.25),
        ([(at(3), at(9)), (at(0), at(6)), (at(4), at(5))], 0.25),
        ([(at(-6), at(-3)), (at(20), at(30))], 1),
        ([(at(-1), None)], 0),
    ],
)
def test_the_share_is_the_time_outside_the_spells(spells, share):
    assert share_connected(spells, since=at(0), until=at(12)) == pytest.approx(share)


def test_a_time_without_length_has_no_share():
    assert share_connected([], since=at(0), until=at(0)) is None
