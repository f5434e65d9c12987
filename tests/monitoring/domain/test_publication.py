"""What the public is told by itself: enough points of a site, for long enough."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.publication import SECRET, TELLING, Affected, Policy, is_due, is_secret
from monitoring.rules.base import rules

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
POLICY = Policy(least_points=3, least_percent=50, after_minutes=15)


def out(*minutes):
    return [Affected(NOW - timedelta(minutes=ago)) for ago in minutes]


def test_enough_points_are_published():
    assert is_due(POLICY, out(20, 20, 20), total=100, now=NOW)
    assert not is_due(POLICY, out(20, 20), total=100, now=NOW)


def test_a_share_of_a_small_site_is_enough():
    assert is_due(POLICY, out(20), total=2, now=NOW)
    assert not is_due(POLICY, out(20), total=3, now=NOW)


def test_those_that_have_just_gone_do_not_count_yet():
    assert not is_due(POLICY, out(20, 20, 14), total=100, now=NOW)
    assert is_due(POLICY, out(20, 20, 15), total=100, now=NOW)


def test_where_nothing_is_affected_nothing_is_published():
    assert not is_due(POLICY, [], total=0, now=NOW)


@given(st.lists(st.integers(0, 60), max_size=8), st.integers(0, 30))
def test_waiting_never_takes_a_publication_back(minutes, later):
    total = len(minutes) + 3
    if is_due(POLICY, out(*minutes), total=total, now=NOW):
        assert is_due(POLICY, out(*minutes), total=total, now=NOW + timedelta(minutes=later))


def test_security_is_secret_even_among_other_alerts():
    assert is_secret(["offline", "security_event"])
    assert not is_secret(["offline", "faulted"])


def test_the_rules_that_are_named_exist():
    assert set(rules()) >= TELLING | SECRET
