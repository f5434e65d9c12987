"""The network in numbers."""

from datetime import UTC, datetime, timedelta

from stations.domain.status import Availability, ConnectorStatus
from stations.selectors import visible_sites
from stations.selectors.glance import by_site
from stations.selectors.lists import worst_sites
from stations.selectors.overview import overview, recent_events
from tests import factories

NOON = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)


def _session(station, started_at, **fields):
    return factories.SessionFactory(station=station, started_at=started_at, **fields)


def test_power_now_is_that_of_running_sessions(owner, network):
    network.session.power_w = 11_000
    network.session.save()
    _session(network.station, NOON, power_w=50_000, ended_at=NOON)
    assert overview(owner, by_site(visible_sites(owner))).power_w == 11_000
    assert overview(owner, by_site(visible_sites(owner))).open_sessions == 1


def test_nothing_of_others_is_counted(owner, network, elsewhere):
    numbers = overview(owner, by_site(visible_sites(owner)))
    assert (numbers.sites, numbers.total, numbers.open_sessions) == (1, 1, 1)


def test_a_site_with_a_fault_comes_before_one_that_is_well(owner, site):
    well = factories.StationFactory(site__organization=site.organization)
    factories.ConnectorFactory(evse__station=well)
    factories.connect(well)
    broken = factories.StationFactory(site__organization=site.organization)
    factories.ConnectorFactory(evse__station=broken, status=ConnectorStatus.FAULTED)
    factories.connect(broken)
    states = worst_sites(owner, by_site(visible_sites(owner)), limit=2)
    assert [state.site for state in states] == [broken.site, site]
    assert states[0].worst == Availability.FAULTED


def test_events_come_latest_first(owner, network):
    _session(network.station, NOON, ended_at=NOON + timedelta(hours=1))
    factories.CommandFactory(station=network.station, requested_at=NOON + timedelta(minutes=30))
    kinds = [event.kind for event in recent_events(owner) if event.at <= NOON + timedelta(hours=1)]
    assert kinds == ["session_ended", "command", "session_started"]
