"""SQL and the domain must say the same of every EVSE and station."""

from collections import Counter
from itertools import chain, combinations

from stations.domain.session import Phase
from stations.domain.status import Availability, ConnectorStatus, station_availability
from stations.models import Evse, Site, Station
from stations.selectors import with_evses, with_use
from stations.selectors.glance import (
    by_site,
    evse_glance,
    evses_by_site,
    which_are,
    with_glance,
    worst_first,
)
from tests import factories

SETS = list(chain.from_iterable(combinations(ConnectorStatus, size) for size in (0, 1, 2)))


def _station(*evses: tuple[ConnectorStatus, ...], charging: bool = False, connected: bool = True) -> Station:
    station = factories.StationFactory()
    for statuses in evses:
        evse = factories.EvseFactory(station=station)
        for status in statuses:
            factories.ConnectorFactory(evse=evse, status=status)
        if charging:
            factories.SessionFactory(station=station, evse=evse, phase=Phase.CHARGING)
    if connected:
        factories.connect(station)
    return station


def test_an_evse_is_the_same_in_sql_as_in_the_domain(db):
    for statuses in SETS:
        _station(statuses, charging=False)
        _station(statuses, charging=True)
    _station((ConnectorStatus.AVAILABLE,), connected=False)

    expected = Counter()
    for evse in with_use(Evse.objects.select_related("station")):
        expected[evse.station.site_id, evse_glance(evse, connected=evse.station.connected)] += 1
    assert len(expected) == 2 * len(SETS) + 1
    assert {(site, word): count for site, word, count in evses_by_site(Site.objects.all())} == expected


def test_a_station_is_the_same_in_sql_as_in_the_domain(db):
    words = [status for status in ConnectorStatus if status != ConnectorStatus.SUSPENDED_EV]
    for pair in combinations(words, 2):
        _station(*((status,) for status in pair))
    _station((ConnectorStatus.OCCUPIED,), (ConnectorStatus.FAULTED, ConnectorStatus.AVAILABLE), charging=True)
    _station((ConnectorStatus.AVAILABLE,), connected=False)
    _station()
    faulted = _station((ConnectorStatus.AVAILABLE,))
    Station.objects.filter(pk=faulted.pk).update(status=ConnectorStatus.FAULTED)

    for station in with_glance(with_evses(Station.objects.all())):
        evses = [evse_glance(evse, connected=station.connected) for evse in station.evses.all()]
        expected = station_availability(
            evses, connected=station.connected, faulted=station.status == ConnectorStatus.FAULTED
        )
        assert station.glance == expected, evses
    for word in Availability:
        told = {station.pk for station in with_glance(Station.objects.all()) if station.glance == word}
        assert {station.pk for station in which_are(Station.objects.all(), word)} == told, word
    counted = {(site, word): count for site, word, count in by_site(Site.objects.all())}
    assert counted == Counter(with_glance(Station.objects.all()).values_list("site", "glance"))


def test_the_worst_station_comes_first(db):
    free = _station((ConnectorStatus.AVAILABLE,))
    offline = _station((ConnectorStatus.AVAILABLE,), connected=False)
    broken = _station((ConnectorStatus.FAULTED,))
    found = worst_first(Station.objects.all(), limit=9)
    assert [identity for _, identity in found] == [broken.identity, offline.identity, free.identity]


def test_worst_first_goes_on_from_any_station_both_ways(db):
    for status in (ConnectorStatus.FAULTED, ConnectorStatus.CHARGING, ConnectorStatus.AVAILABLE):
        for _ in range(2):
            _station((status,))
    everything = worst_first(Station.objects.all(), limit=9)
    assert len(everything) == 6
    for place, (word, identity) in enumerate(everything):
        key = f"{word},{identity}"
        assert worst_first(Station.objects.all(), beyond=key, limit=2) == everything[place + 1 : place + 3]
        before = worst_first(Station.objects.all(), beyond=key, backwards=True, limit=2)
        assert before == everything[:place][::-1][:2]
