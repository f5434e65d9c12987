"""Growing waits after failures, and whom they must not touch."""

from hypothesis import given
from hypothesis import strategies as st

from stations.domain.backoff import BAD_ADDRESS, Backoff, Doorkeeper

HERE, THERE = "203.0.113.7", "198.51.100.9"


def test_the_first_failures_cost_nothing_then_the_wait_doubles_up_to_its_limit():
    backoff = Backoff(free=2, first_s=1, longest_s=8)
    waits = []
    for _ in range(8):
        backoff.failed("A", 0)
        waits.append(backoff.wait_s("A", 0))
    assert waits == [0, 0, 1, 2, 4, 8, 8, 8]


def test_a_wait_passes():
    backoff = Backoff(free=0, first_s=10)
    backoff.failed("A", 100)
    assert [backoff.wait_s("A", now) for now in (100, 104, 110, 111)] == [10, 6, 0, 0]


def test_old_failures_are_forgotten():
    backoff = Backoff(free=0, forget_s=900)
    for _ in range(20):
        backoff.failed("A", 0)
    assert backoff.failures("A", 899) == 20
    assert backoff.failures("A", 900) == 0


def test_success_ends_it():
    backoff = Backoff(free=0)
    backoff.failed("A", 0)
    backoff.succeeded("A")
    assert backoff.wait_s("A", 0) == 0


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0, 10)), max_size=200))
def test_it_never_holds_more_than_it_may_nor_makes_anybody_wait_longer(attempts):
    backoff, now = Backoff(capacity=10), 0.0
    for caller, later in attempts:
        now += later
        backoff.failed(caller, now)
        assert len(backoff) <= 10
        assert 0 <= backoff.wait_s(caller, now) <= backoff.longest_s


def _guess(door, identity, address, times):
    for _ in range(times):
        door.failed(identity, address, "hash", 0)


def test_guesses_from_elsewhere_do_not_touch_the_real_charger():
    door = Doorkeeper()
    _guess(door, "CP-1", THERE, 500)
    assert door.wait_s("CP-1", THERE, "hash", 0) > 0
    assert door.wait_s("CP-1", HERE, "hash", 0) == 0


def test_a_healthy_charger_behind_a_bad_address_gets_in_at_once():
    door = Doorkeeper()
    _guess(door, "CP-1", HERE, 5 * BAD_ADDRESS)
    assert door.wait_s("CP-2", HERE, "hash", 0) == 0


def test_behind_a_bad_address_only_the_first_failure_is_free():
    door = Doorkeeper()
    _guess(door, "CP-1", HERE, BAD_ADDRESS)
    _guess(door, "CP-2", HERE, 1)
    assert door.wait_s("CP-2", HERE, "hash", 0) == 0
    _guess(door, "CP-2", HERE, 1)
    assert door.wait_s("CP-2", HERE, "hash", 0) > 0


def test_new_credentials_on_file_start_afresh():
    door = Doorkeeper()
    _guess(door, "CP-1", HERE, 100)
    assert door.wait_s("CP-1", HERE, "hash", 0) > 0
    assert door.wait_s("CP-1", HERE, "another hash", 0) == 0


def test_guesses_at_the_password_of_newcomers_are_counted_by_address_whatever_identity_they_come_by():
    door = Doorkeeper()
    for _ in range(BAD_ADDRESS + 1):
        assert door.stranger_wait_s(HERE, 0) == 0
        door.stranger_failed(HERE, 0)
    assert door.stranger_wait_s(HERE, 0) > 0
    assert door.stranger_wait_s(THERE, 0) == 0


def test_all_addresses_of_an_ipv6_network_are_one_callers():
    door = Doorkeeper()
    for number in range(BAD_ADDRESS + 1):
        door.stranger_failed(f"2001:db8::{number:x}", 0)
    assert door.stranger_wait_s("2001:db8::ffff", 0) > 0
    assert door.stranger_wait_s("2001:db8:0:1::1", 0) == 0
