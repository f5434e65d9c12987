"""Which alerts are one incident."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.incidents import MOST_KEYS, Known, Raised, group, kept

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def raised(number, *, station=1, site=1, minutes=0, organization=1, rule="offline", **more):
    when = NOON + timedelta(minutes=minutes)
    return Raised(number, organization, site, station, rule, f"station:{station}", when, **more)


def ids(groups):
    return [[alert.id for alert in found.alerts] for found in groups]


def test_ten_stations_of_a_site_within_minutes_are_one_incident():
    (found,) = group([raised(n, station=n, minutes=n / 2) for n in range(10)], [])
    assert (len(found.alerts), found.cause) == (10, "site:1")


def test_what_happens_at_a_site_an_hour_later_is_another():
    assert ids(group([raised(1, station=1), raised(2, station=2, minutes=60)], [])) == [[1], [2]]


def test_what_a_station_has_joins_however_late():
    assert ids(group([raised(1), raised(2, rule="faulted", minutes=600)], [])) == [[1, 2]]


def test_a_modem_in_common_joins_over_sites():
    alerts = [raised(n, station=n, site=n, minutes=100 * n, causes=("modem:7",)) for n in (1, 2)]
    (found,) = group(alerts, [])
    assert found.cause == "modem:7"


def test_other_sites_without_a_common_cause_are_their_own():
    assert ids(group([raised(1, station=1, site=1), raised(2, station=2, site=2)], [])) == [[1], [2]]


def test_no_cause_joins_two_organizations():
    alerts = [raised(n, station=n, organization=n, causes=("provider:x",)) for n in (1, 2)]
    assert len(group(alerts, [])) == 2


def test_what_creeps_in_has_nothing_to_do_with_what_happens_beside():
    alerts = [raised(1), raised(2, rule="certificate_expiring", is_slow=True), raised(3, station=2)]
    assert ids(group(alerts, [])) == [[1, 3], [2]]


def test_an_open_incident_is_joined():
    known = Known(9, 1, "station:1", frozenset({"station:1", "site:1"}), NOON)
    (found,) = group([raised(1, station=2, minutes=5)], [known])
    assert (found.known, found.cause) == (known, "station:1")


def test_an_open_incident_of_the_same_site_long_ago_is_joined_only_where_it_has_the_same_cause():
    known = Known(9, 1, "site:1", frozenset({"site:1"}), NOON - timedelta(hours=5))
    assert [found.known for found in group([raised(1)], [known])] == [None]
    both = group([raised(1, station=1), raised(2, station=2)], [known])
    assert [found.known for found in both] == [known]


def test_of_many_keys_those_that_name_the_cause_are_kept():
    assert kept({f"station:{n}" for n in range(2 * MOST_KEYS)} | {"modem:1"})[0] == "modem:1"


ALERTS = st.lists(
    st.builds(
        Raised,
        id=st.integers(1, 10**6),
        organization=st.integers(1, 2),
        site=st.none() | st.integers(1, 3),
        station=st.none() | st.integers(1, 5),
        rule=st.sampled_from(["offline", "faulted"]),
        subject=st.sampled_from(["installation", "site:1", "evse:3"]),
        raised_at=st.integers(0, 100).map(lambda m: NOON + timedelta(minutes=m)),
        causes=st.sampled_from([(), ("modem:1",), ("provider:1", "modem:2")]),
        is_slow=st.booleans(),
    ),
    unique_by=lambda alert: alert.id,
)
KNOWN = st.lists(
    st.builds(
        Known,
        id=st.integers(1, 100),
        organization=st.integers(1, 2),
        cause=st.sampled_from(["site:1", "station:2", "modem:1"]),
        keys=st.frozensets(st.sampled_from(["site:1", "site:2", "station:2", "modem:1"])),
        joined_at=st.integers(0, 100).map(lambda m: NOON + timedelta(minutes=m)),
    ),
    unique_by=lambda known: (known.organization, known.cause),
)


@given(ALERTS, KNOWN)
def test_each_alert_has_one_incident_and_each_cause_too(alerts, known):
    groups = group(alerts, known)
    assert Counter(alert.id for found in groups for alert in found.alerts) == Counter(alert.id for alert in alerts)
    assert all(alert.organization == found.organization for found in groups for alert in found.alerts)
    causes = Counter((found.organization, found.cause) for found in groups)
    untouched = {(k.organization, k.cause) for k in known} - {(g.organization, g.cause) for g in groups if g.known}
    assert set(causes.values()) <= {1}
    assert not untouched & set(causes)
