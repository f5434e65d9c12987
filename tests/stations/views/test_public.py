"""The public map: what anybody may see, and nothing more."""

from django.urls import reverse

from stations.domain.status import ConnectorStatus
from tests import factories


def test_the_map_is_for_everybody(client, station):
    factories.connect(station)
    page = client.get(reverse("stations:map")).content.decode()
    assert station.site.name in page
    assert "1 of 1 free" in page


def test_neither_map_nor_panel_tells_an_identity_or_a_token(client, station, session):
    for url in (
        reverse("stations:map"),
        reverse("stations:map-sites"),
        reverse("stations:map-site", args=[station.site_id]),
    ):
        text = client.get(url).content.decode()
        assert station.identity not in text
        assert session.id_token not in text


def test_a_site_that_is_not_public_is_nowhere(client, site, station):
    site.is_public = False
    site.save()
    assert client.get(reverse("stations:map-site", args=[site.pk])).status_code == 404
    assert client.get(reverse("stations:map-sites")).json()["features"] == []
    assert site.name not in client.get(reverse("stations:map")).content.decode()
    assert site.name not in client.get(f"{reverse('stations:map')}?site={site.pk}").content.decode()


def test_the_geojson_counts_free_evses(client, station):
    factories.ConnectorFactory(evse__station=station, status=ConnectorStatus.FAULTED)
    factories.connect(station)
    (feature,) = client.get(reverse("stations:map-sites")).json()["features"]
    assert feature["geometry"]["type"] == "Point"
    assert (feature["properties"]["free"], feature["properties"]["total"]) == (1, 2)
    assert feature["properties"]["state"] == "free"


def test_the_list_is_searched_by_place(client, site, station):
    site.city = "Rostock"
    site.save()
    assert site.name in client.get(reverse("stations:map") + "?q=rosto").content.decode()
    assert site.name not in client.get(reverse("stations:map") + "?q=bremen").content.decode()


def test_sites_that_would_cover_each_other_are_one_cluster_until_one_looks_closer(client, site, station):
    beside = factories.SiteFactory(latitude=site.latitude, longitude=site.longitude)
    factories.EvseFactory(station__site=beside)
    east, north = float(site.longitude), float(site.latitude)
    around = f"{east - 1},{north - 1},{east + 1},{north + 1}"
    (cluster,) = client.get(reverse("stations:map-sites"), {"bbox": around, "zoom": "9"}).json()["features"]
    assert (cluster["properties"]["sites"], cluster["properties"]["total"]) == (2, 2)
    assert len(client.get(reverse("stations:map-sites"), {"bbox": around, "zoom": "16"}).json()["features"]) == 2


def test_the_geojson_has_only_what_is_in_view(client, site, station):
    west, north = float(site.longitude) - 20, float(site.latitude)
    elsewhere = f"{west - 1},{north - 1},{west},{north + 1}"
    assert client.get(reverse("stations:map-sites"), {"bbox": elsewhere, "zoom": "9"}).json()["features"] == []
    assert client.get(reverse("stations:map-sites"), {"bbox": "here"}).status_code == 400
