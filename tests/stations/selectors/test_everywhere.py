"""One text, looked for in everything: what is found, in which order, and by whom."""

import pytest

from stations.models import SiteScope
from stations.selectors import everywhere
from tests import factories


@pytest.fixture
def stations(site):
    for identity, name in (("CP-0042", "Gate"), ("CP-0421", ""), ("ACP-0042", ""), ("X-1", "Beside CP-0042")):
        factories.StationFactory(site=site, identity=identity, name=name)


def found(find, viewer, text, limit=5):
    return [str(row) for row in find(viewer, text, limit=limit)]


@pytest.mark.parametrize("text", ["cp-0042", "CP42", "cp 042"])
def test_that_very_station_comes_first_then_those_that_begin_so(owner, stations, text):
    assert found(everywhere.stations_like, owner, text)[:3] == ["CP-0042", "CP-0421", "ACP-0042"]


def test_a_station_is_found_by_its_name_and_by_a_part_of_its_identity(owner, stations):
    assert found(everywhere.stations_like, owner, "gate") == ["CP-0042"]
    assert found(everywhere.stations_like, owner, "042", limit=2) == ["ACP-0042", "CP-0042"]


def test_a_site_that_begins_so_comes_before_one_in_such_a_town(owner, site):
    factories.SiteFactory(organization=site.organization, name="Harbour", city="Voltaville")
    assert found(everywhere.sites_like, owner, "volta") == ["Volta depot", "Harbour"]


def test_a_session_is_found_by_its_number_its_transaction_and_its_token(owner, session):
    session.transaction_id, session.id_token = "TX-123456", "BLUE CARD"
    session.save()
    for text in ("TX-123456", "TX-123", "blue card", str(session.pk)):
        assert everywhere.sessions_like(owner, text, limit=5) == [session], text
    assert everywhere.sessions_like(owner, "TX-12", limit=5) == []


def test_a_token_is_found_by_any_part_of_what_is_new_and_by_the_beginning_of_all(owner, id_token, monkeypatch):
    id_token.value, id_token.label = "04AB12CD", "Blue card"
    id_token.save()
    for text in ("04ab12cd", "04ab", "b12", "blue", "card"):
        assert everywhere.tokens_like(owner, text, limit=5) == [id_token], text
    factories.IdTokenFactory(organization=id_token.organization)
    monkeypatch.setattr(everywhere, "LOOKED_THROUGH", 1)
    assert everywhere.tokens_like(owner, "b12", limit=5) == []
    assert everywhere.tokens_like(owner, "04ab", limit=5) == [id_token]


def test_a_driver_is_found_by_name_or_address(owner, driver):
    driver.name = "Mia Berg"
    driver.save()
    for text in ("mia", "berg", "DRIVER@", "example.com"):
        assert everywhere.drivers_like(owner, text, limit=5) == [driver], text


FINDERS = [
    (everywhere.stations_like, lambda network: network.station.identity),
    (everywhere.sites_like, lambda network: network.site.name),
    (everywhere.sessions_like, lambda network: network.session.transaction_id),
    (everywhere.tokens_like, lambda network: network.id_token.value),
    (everywhere.drivers_like, lambda network: "driver@"),
]


@pytest.mark.parametrize(("find", "text"), FINDERS)
def test_nothing_of_others_is_found(stranger, driver, network, find, text):
    assert find(stranger, text(network), limit=5) == []


@pytest.mark.parametrize(("find", "text"), FINDERS)
def test_a_viewer_finds_no_sessions_drivers_and_tokens(viewer, driver, network, find, text):
    sees = find in (everywhere.stations_like, everywhere.sites_like)
    assert bool(find(viewer, text(network), limit=5)) is sees


def test_who_works_at_one_site_finds_nothing_of_another(network, site):
    other = factories.StationFactory(site__organization=site.organization, identity="CP-0042")
    scoped = factories.MembershipFactory(organization=site.organization)
    SiteScope.objects.create(membership=scoped, site=site)
    assert everywhere.stations_like(scoped.user, other.identity, limit=5) == []
    assert everywhere.stations_like(scoped.user, network.station.identity, limit=5) == [network.station]
