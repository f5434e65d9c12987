"""The board on a wall, and what an open page hears once its person is signed out."""

import pytest
from django.urls import reverse

from stations.domain.status import ConnectorStatus
from tests import factories


@pytest.fixture
def url():
    return reverse("stations:wall")


def _broken(site, identity, status, **connector):
    plug = factories.ConnectorFactory(
        evse__station__site=site, evse__station__identity=identity, status=status, **connector
    )
    factories.connect(plug.station)


def test_the_wall_shows_what_is_broken_worst_first_and_why(browser, owner, site, station, url):
    _broken(site, "WORKS", ConnectorStatus.AVAILABLE)
    _broken(site, "ZZ-BROKEN", ConnectorStatus.FAULTED, error_code="GroundFailure")
    answer = browser(owner).get(url)
    troubled = [(word, found.identity) for word, found in answer.context["troubled"]]
    assert troubled == [("faulted", "ZZ-BROKEN"), ("offline", station.identity)]
    assert "GroundFailure" in answer.content.decode()


def test_the_wall_says_so_when_all_is_well(browser, owner, station, url):
    factories.connect(station)
    assert "All stations work." in browser(owner).get(url).content.decode()


def test_the_wall_has_no_navigation_and_is_dark_unless_asked(browser, owner, station, url):
    client = browser(owner)
    page = client.get(url).content.decode()
    assert reverse("stations:command-list") not in page
    assert 'class="wall is-dark"' in page
    assert 'class="wall is-light"' in client.get(url, {"theme": "light"}).content.decode()


def test_the_wall_tells_no_id_token(browser, owner, session, url):
    assert session.id_token not in browser(owner).get(url).content.decode()


def test_who_sees_no_sessions_sees_none_on_the_wall(browser, viewer, station, url):
    page = browser(viewer).get(url).content.decode()
    assert "Online" in page
    assert "Energy today" not in page


def test_a_fragment_of_somebody_signed_out_is_refused_and_not_sent_elsewhere(client, db, url):
    assert client.get(url, headers={"HX-Request": "true", "HX-Target": "wall"}).status_code == 401
    assert client.get(url).status_code == 302
