"""The console's first page: its numbers and what stands behind them, its map, its slots."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from stations import slots
from stations.domain.status import ConnectorStatus
from stations.models import SiteScope
from tests import factories

URL = "/console/"


@pytest.fixture
def fleet(site, station):
    """One available, two faulted, and the offline one of the cast; all but that one are connected."""
    for status in (ConnectorStatus.AVAILABLE, ConnectorStatus.FAULTED, ConnectorStatus.FAULTED):
        factories.connect(factories.ConnectorFactory(evse__station__site=site, status=status).station)


def features(client, **asked):
    return client.get(reverse("stations:site-map"), asked).json()["features"]


def listed(client, url):
    """How many rows the list at `url` has, on all of its pages."""
    rows, path = 0, url.partition("?")[0]
    while url:
        page = client.get(url).context["page"]
        rows += len(page.items)
        url = path + page.next_url if page.next_url else ""
    return rows


def test_every_number_leads_to_the_list_of_exactly_these(browser, owner, fleet):
    client = browser(owner)
    shown = client.get(URL).context
    stations, numbers = reverse("stations:station-list"), shown["numbers"]
    counts = {
        f"{stations}?connected=true": numbers.connected,
        stations: numbers.total,
        reverse("stations:site-list"): numbers.sites,
        f"{stations}?glance=faulted": shown["faulted"],
        f"{stations}?glance=offline": shown["offline"],
        f"{reverse('stations:session-list')}?is_open=true": numbers.open_sessions,
        **{f"{stations}?glance={word}": count for word, _, count in shown["legend"]},
    }
    page = client.get(URL).content.decode()
    assert [url for url in counts if f'href="{url}"' not in page] == []
    assert {url: listed(client, url) for url in counts} == counts
    assert (numbers.connected, shown["faulted"], shown["offline"]) == (3, 2, 1)


@pytest.mark.parametrize(
    ("before_wh", "now_wh", "words"),
    [
        (0, 5000, "nothing by this time a week ago"),
        (4000, 5000, "25 % more than by this time a week ago"),
        (5000, 4000, "20 % less than by this time a week ago"),
        (5000, 5000, "as much as by this time a week ago"),
    ],
)
def test_energy_is_compared_with_a_week_ago_in_words(browser, owner, site, before_wh, now_wh, words):
    with time_machine.travel(datetime(2026, 3, 4, 12, 30, tzinfo=UTC), tick=False):
        start = timezone.now() - timedelta(hours=2)
        site.rollups.create(interval="15m", start=start, energy_wh=now_wh)
        site.rollups.create(interval="15m", start=start - timedelta(days=7), energy_wh=before_wh)
        assert words in browser(owner).get(URL).content.decode()


def test_the_map_has_every_site_that_one_sees_public_or_not(browser, owner, site, elsewhere, fleet):
    site.is_public = False
    site.save()
    (feature,) = features(browser(owner))
    assert feature["id"] == site.pk
    assert feature["properties"]["label"] == "Volta depot: Faulted, 2 of 4 stations"
    assert (feature["properties"]["icon"], feature["properties"]["broken"]) == ("alert", 2)


def test_a_cluster_on_the_map_is_as_bad_as_its_worst_site(browser, owner, site, fleet):
    factories.SiteFactory(organization=site.organization)
    (cluster,) = features(browser(owner))
    assert cluster["properties"]["label"] == "2 sites: Faulted, 2 of 4 stations"
    assert cluster["properties"]["sites"] == 2
    assert len(features(browser(owner), zoom="16")) == 2


def test_who_works_at_one_site_finds_only_that_on_the_map(browser, site, fleet):
    factories.SiteFactory(organization=site.organization, latitude=1, longitude=1)
    scoped = factories.MembershipFactory(organization=site.organization)
    SiteScope.objects.create(membership=scoped, site=site)
    assert [feature["id"] for feature in features(browser(scoped.user))] == [site.pk]


def test_a_site_without_stations_is_on_the_map_too(browser, owner, organization):
    empty = factories.SiteFactory(organization=organization, name="Empty yard", latitude=1, longitude=1)
    labels = {feature["id"]: feature["properties"]["label"] for feature in features(browser(owner))}
    assert labels[empty.pk] == "Empty yard: no stations"


def test_nonsense_for_a_part_of_the_world_is_refused(browser, owner):
    assert browser(owner).get(reverse("stations:site-map"), {"bbox": "here"}).status_code == 400


@pytest.mark.parametrize("name", ["revenue", "incidents", "uptime", "firmware"])
def test_a_slot_of_the_overview_is_shown_once_something_is_registered(browser, owner, station, monkeypatch, name):
    client, url = browser(owner), reverse("stations:map")
    monkeypatch.setattr(slots, "_registry", {})
    assert 'class="slot"' not in client.get(URL).content.decode()
    slots.register(f"overview-{name}", "stations:map")
    assert f'class="slot" hx-get="{url}"' in client.get(URL).content.decode()


def test_an_empty_network_says_what_to_do_first(browser, organization):
    owner = factories.MembershipFactory(organization__name="New", role="owner").user
    page = browser(owner).get(URL).content.decode()
    assert "Your network is empty so far" in page
    assert reverse("stations:station-new") in page
    assert 'class="tiles"' not in page


def test_who_may_not_build_a_network_is_told_to_wait(browser, db):
    viewer = factories.MembershipFactory(role="viewer").user
    page = browser(viewer).get(URL).content.decode()
    assert "Those who manage the network" in page
    assert reverse("stations:station-new") not in page


def test_the_chart_stands_in_a_table_and_in_a_file(browser, owner, site, station):
    site.rollups.create(interval="15m", start=timezone.now() - timedelta(hours=3), energy_wh=4000, sessions=2)
    client = browser(owner)
    assert "Bar chart: 4.0\N{NO-BREAK SPACE}kWh" in client.get(URL).content.decode()
    head, *rows = client.get(reverse("stations:energy-csv")).content.decode().splitlines()
    assert head == "from,energy_wh,sessions"
    assert [row.split(",", 1)[1] for row in rows if not row.endswith(",0,0")] == ["4000,2"]
    assert len(rows) == 24


def test_who_sees_no_sessions_sees_no_energy(browser, viewer, site, station):
    site.rollups.create(interval="15m", start=timezone.now() - timedelta(hours=3), energy_wh=4000, sessions=2)
    client = browser(viewer)
    assert "4.0\N{NO-BREAK SPACE}kWh" not in client.get(URL).content.decode()
    assert "4000" not in client.get(reverse("stations:energy-csv")).content.decode()
