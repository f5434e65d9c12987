"""Two chargers with one identity, told from one with a flapping network."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.domain.contenders import LONGEST_HOLD, OVER_AFTER, Holder, hold_for, is_over, rivals

A, B = Holder("203.0.113.7", "SN-A"), Holder("198.51.100.9", "SN-B")


def test_two_serial_numbers_that_take_turns_are_two_chargers():
    assert rivals([A, B, A, B]) == (B, A) or rivals([A, B, A, B]) == (A, B)


def test_it_takes_more_than_one_return():
    assert rivals([A, B, A]) is None


def test_behind_one_address_the_serial_numbers_tell():
    nat = [Holder("203.0.113.7", serial) for serial in ("SN-A", "SN-B", "SN-A", "SN-B")]
    assert {holder.serial for holder in rivals(nat)} == {"SN-A", "SN-B"}


def test_addresses_alone_tell_after_more_returns():
    silent = [Holder(address) for address in ("203.0.113.7", "198.51.100.9") * 4]
    assert rivals(silent[:6]) is None
    assert {holder.address for holder in rivals(silent)} == {"203.0.113.7", "198.51.100.9"}


@pytest.mark.parametrize(
    "addresses",
    [
        ["203.0.113.7"] * 12,
        [f"203.0.113.{n}" for n in range(12)],
        ["203.0.113.7", "198.51.100.9"] * 6,
    ],
    ids=["one address", "a new address each time", "two uplinks in turn"],
)
def test_a_lone_charger_that_flaps_is_never_taken_for_two(addresses):
    """Its serial number stays, whatever its network does; the last one has not booted yet."""
    sockets = [Holder(address, "SN-A") for address in addresses]
    assert rivals([*sockets, Holder(addresses[0])]) is None


def test_a_charger_that_was_replaced_is_one_at_a_time():
    assert rivals([A, A, A, B, B, B, B]) is None


@given(st.lists(st.builds(Holder, st.sampled_from("abc"), st.just("SN-A")), max_size=12))
def test_one_serial_number_is_one_charger(sockets):
    assert rivals(sockets) is None


@given(st.lists(st.builds(Holder, st.sampled_from("abc"), st.sampled_from(["", "1", "2"])), max_size=12))
def test_rivals_differ_and_were_there(sockets):
    found = rivals(sockets)
    if found is not None:
        one, other = found
        assert one.differs_from(other)
        assert {one, other} <= set(sockets)


def test_the_hold_grows_to_its_limit():
    holds = [hold_for(clashes) for clashes in range(12)]
    assert holds == sorted(holds)
    assert (holds[0], holds[-1]) == (timedelta(seconds=30), LONGEST_HOLD)


def test_it_is_over_after_a_while():
    last = datetime(2026, 1, 1, tzinfo=UTC)
    assert not is_over(last, last + OVER_AFTER)
    assert is_over(last, last + OVER_AFTER + timedelta(seconds=1))
