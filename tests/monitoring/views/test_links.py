"""Pages of connectivity."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from monitoring.models import Drop, LinkDay, ProviderRange, StationLink
from stations.models import LinkHour
from tests import factories

NOW = timezone.now()


@pytest.fixture
def link(station, organization):
    return StationLink.objects.create(
        station=station,
        organization=organization,
        address="203.0.113.7",
        line="203.0.113.7",
        provider="Fibre",
        score=42,
        rank=42,
        connected=0.97,
        drops=9,
        rtt_ms=181.0,
    )


@pytest.fixture
def drop(station, organization, link):
    return Drop.objects.create(
        organization=organization,
        station=station,
        connection=1,
        at=NOW - timedelta(minutes=5),
        heard_at=NOW - timedelta(minutes=6),
        opened_at=NOW - timedelta(days=1),
        line="203.0.113.7",
        provider="Fibre",
        culprit="router",
        cause="modem:1:203.0.113.7",
        lost=3,
        stood=0,
        parting="no answer to pings",
    )


@pytest.fixture
def get(client, operator):
    client.force_login(operator)
    return lambda name, *arguments, **query: client.get(reverse(f"monitoring:{name}", args=arguments), query)


def test_links_are_listed_worst_first(get, link, organization):
    better = factories.StationFactory(site=link.station.site, identity="AAA")
    StationLink.objects.create(station=better, organization=organization, score=99, rank=99)
    text = get("link-list").content.decode()
    assert text.index(link.station.identity) < text.index("AAA")
    assert "97 %" in text


def test_links_are_found_by_band_provider_and_text(get, link):
    for query in ({"band": "poor"}, {"provider": "Fibre"}, {"text": link.station.identity[:5]}):
        assert link.station.identity in get("link-list", **query).content.decode()
    for query in ({"band": "good"}, {"provider": "Cable"}, {"text": "nowhere"}):
        assert "No charger matches" in get("link-list", **query).content.decode()


def test_a_file_has_all_figures(get, link):
    text = b"".join(get("link-list", format="csv").streaming_content).decode()
    assert "ping_ms" in text
    assert "181" in text


def test_a_lost_connection_says_whose_doing_it_was(get, drop):
    text = get("drop", drop.pk).content.decode()
    assert "Router of the site" in text
    assert "3 of 3 chargers behind one address" in text
    assert "Restart the site" in text


def test_neighbours_stand_side_by_side(get, drop, organization):
    beside = factories.StationFactory(site=drop.station.site, identity="BESIDE")
    StationLink.objects.create(station=beside, organization=organization, line="203.0.113.7", provider="Fibre")
    factories.ConnectionFactory(station=beside, opened_at=NOW - timedelta(hours=2))
    text = get("drop", drop.pk).content.decode()
    assert "BESIDE" in text
    assert "Same address" in text
    assert 'width="1000"' in text


def test_drops_are_found_by_cause(get, drop):
    assert drop.station.identity in get("drop-list", culprit="router").content.decode()
    assert "No connection was lost" in get("drop-list", culprit="us").content.decode()


def test_a_station_shows_its_history(get, drop):
    LinkDay.objects.create(station=drop.station, day=NOW.date(), score=42, connected=0.97, drops=3)
    for hours in (2, 3):
        LinkHour.objects.create(station=drop.station, hour=NOW - timedelta(hours=hours), pings=3, rtt_sum_ms=300)
    text = get("station-link", drop.station.identity).content.decode()
    for said in ("42", "polyline", "100 ms on the mean", "Router of the site"):
        assert said in text


def test_a_station_shows_how_late_its_messages_were_and_where_it_was_turned_away(get, drop):
    for hours in (2, 3):
        hour = NOW - timedelta(hours=hours)
        LinkHour.objects.create(station=drop.station, hour=hour, messages=4, delay_sum_ms=2000)
    drop.station.refused_attempts.create(
        identity=drop.station.identity, reason="wrong_password", remote_address="203.0.113.7", first_at=NOW, last_at=NOW
    )
    text = get("station-link", drop.station.identity).content.decode()
    for said in ("Message delay by the hour: 500 ms on the mean", "Refused attempts", "Wrong password"):
        assert said in text


def test_a_station_that_never_came_has_an_empty_page(get, station):
    assert get("station-link", station.identity).status_code == 200


def test_providers_are_named_by_who_manages_monitoring(client, owner, organization, get):
    client.force_login(owner)
    address = reverse("monitoring:providers")
    told = {"organization": organization.pk, "pattern": "203.0.113.9/24", "name": "Fibre"}
    assert client.post(address, told).status_code == 302
    row = ProviderRange.objects.get()
    assert row.pattern == "203.0.113.0/24"
    assert "203.0.113.0/24" in client.get(address).content.decode()
    client.post(reverse("monitoring:range-forget", args=[row.pk]))
    assert not ProviderRange.objects.exists()


def test_nonsense_is_no_range(client, owner, organization):
    client.force_login(owner)
    told = {"organization": organization.pk, "pattern": "office", "name": "Fibre"}
    assert "3 to 15 digits" in client.post(reverse("monitoring:providers"), told).content.decode()


def test_a_viewer_names_nobody(client, viewer, organization):
    client.force_login(viewer)
    told = {"organization": organization.pk, "pattern": "203.0.113.0/24", "name": "Fibre"}
    assert client.post(reverse("monitoring:providers"), told).status_code == 403
    row = ProviderRange.objects.create(organization=organization, pattern="8.8.8.0/24", name="x")
    assert client.post(reverse("monitoring:range-forget", args=[row.pk])).status_code == 403


def test_strangers_see_none_of_it(client, stranger, drop, link):
    client.force_login(stranger)
    assert client.get(reverse("monitoring:drop", args=[drop.pk])).status_code == 404
    assert client.get(reverse("monitoring:station-link", args=[link.station.identity])).status_code == 404
    assert link.station.identity not in client.get(reverse("monitoring:link-list")).content.decode()
