"""The console's pages: who sees them, what stands on them, and what they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from stations import slots
from stations.domain.status import ConnectorStatus
from stations.models import Frame, RefusedAttempt, Variable
from tests import factories

PAGES = [
    "overview",
    "site-list",
    "station-list",
    "evse-list",
    "driver-list",
    "token-list",
    "session-list",
    "command-list",
    "refused-list",
    "message-list",
    "security-event-list",
    "template-list",
    "drift-list",
]


def _add_network(site, count):
    for _ in range(count):
        station = factories.StationFactory(site=site)
        for status in (ConnectorStatus.AVAILABLE, ConnectorStatus.CHARGING):
            connector = factories.ConnectorFactory(evse__station=station, status=status)
        factories.SessionFactory(station=station, evse=connector.evse, connector=connector)
        factories.CommandFactory(station=station)
        factories.connect(station)
        moment = timezone.now()
        RefusedAttempt.objects.create(
            identity=station.identity,
            station=station,
            reason=RefusedAttempt.Reason.WRONG_PASSWORD,
            first_at=moment,
            last_at=moment,
        )


@pytest.mark.parametrize("name", PAGES)
def test_a_visitor_is_asked_to_sign_in(client, db, name):
    response = client.get(reverse(f"stations:{name}"))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", PAGES)
def test_a_driver_is_told_that_the_console_is_for_operators(browser, driver, name):
    response = browser(driver).get(reverse(f"stations:{name}"))
    assert response.status_code == 403
    assert "belong to no organization" in response.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_stands_with_nothing_in_the_network(browser, db, name):
    owner = factories.MembershipFactory(role="owner").user
    assert browser(owner).get(reverse(f"stations:{name}")).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_a_list_costs_the_same_however_long_it_is(browser, owner, site, name, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    client, url = browser(owner), reverse(f"stations:{name}")
    _add_network(site, 2)
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    _add_network(site, 8)
    with CaptureQueriesContext(connection) as many:
        response = client.get(url)
    assert response.status_code == 200
    assert len(many) == len(few)


def test_a_list_without_htmx_is_a_page_and_with_it_only_its_rows(browser, owner, station):
    client, url = browser(owner), reverse("stations:station-list")
    assert "<!doctype html>" in client.get(url).content.decode()
    rows = client.get(url, headers={"HX-Request": "true", "HX-Target": "results"}).content.decode()
    assert "<!doctype html>" not in rows
    assert station.identity in rows


def test_stations_are_found_by_text_status_and_connection(browser, owner, site, station):
    broken = factories.StationFactory(site=site, identity="BROKEN", vendor="Voltwerk")
    factories.ConnectorFactory(evse__station=broken, status=ConnectorStatus.FAULTED)
    factories.connect(broken)
    client, url = browser(owner), reverse("stations:station-list")
    for query in ("?text=voltw", "?glance=faulted", "?connected=true", "?protocol=ocpp1.6&text=brok"):
        page = client.get(url + query).content.decode()
        assert "BROKEN" in page, query
        assert station.identity not in page, query


def test_nonsense_in_a_filter_counts_as_not_given(browser, owner, station):
    page = browser(owner).get(reverse("stations:station-list") + "?site=x&glance=x&connected=x&page=x")
    assert station.identity in page.content.decode()


def test_a_list_goes_on_on_the_next_page(browser, owner, site):
    factories.StationFactory.create_batch(60, site=site)
    client, url = browser(owner), reverse("stations:station-list")
    first = client.get(url)
    second = client.get(url + first.context["page"].next_url)
    assert "1–50 of 61" in first.content.decode()
    assert "51–61 of 61" in second.content.decode()


@pytest.mark.parametrize("query", ["worst_first=on", "glance=offline"])
def test_a_list_that_is_not_counted_leads_to_its_last_row(browser, owner, site, station, query):
    broken = factories.StationFactory(site=site, identity="ZZ-BROKEN")
    factories.ConnectorFactory(evse__station=broken, status=ConnectorStatus.FAULTED)
    factories.connect(broken)
    offline = [station, *factories.StationFactory.create_batch(120, site=site)]
    client, url, found = browser(owner), f"?{query}", []
    while url:
        page = client.get(reverse("stations:station-list") + url).context
        found += [row.identity for row in page["page"].items]
        url = page["page"].next_url
    expected = sorted(row.identity for row in offline)
    assert found == (["ZZ-BROKEN", *expected] if query == "worst_first=on" else expected)


def test_a_station_shows_its_evses_session_and_messages(browser, owner, station, session):
    factories.connect(station)
    Frame.objects.create(
        station=station, at=timezone.now(), direction="in", action="Heartbeat", body=b'[2,"1","Heartbeat",{}]'
    )
    Frame.objects.create(station=station, at=timezone.now(), direction="in", body=b"<script>\xff")
    Variable.objects.create(station=station, name="HeartbeatInterval", value="300", reported_at=timezone.now())
    client = browser(owner)
    now = client.get(reverse("stations:station", args=[station.identity])).content.decode()
    assert session.id_token in now
    messages = client.get(reverse("stations:station-messages", args=[station.identity])).content.decode()
    assert "Heartbeat" in messages
    assert "<script>\ufffd" not in messages
    configuration = client.get(reverse("stations:station-configuration", args=[station.identity]))
    assert "HeartbeatInterval" in configuration.content.decode()


def test_who_may_not_see_sessions_sees_none_anywhere(browser, viewer, station, session):
    client = browser(viewer)
    for url in (
        reverse("stations:overview"),
        reverse("stations:session-list"),
        reverse("stations:station", args=[station.identity]),
        reverse("stations:site", args=[station.site_id]),
    ):
        assert session.id_token not in client.get(url).content.decode()
    assert client.get(reverse("stations:session", args=[session.pk])).status_code == 404


def test_a_refused_attempt_says_what_to_do(browser, owner, site):
    moment = timezone.now()
    RefusedAttempt.objects.create(
        identity="GHOST", reason=RefusedAttempt.Reason.UNKNOWN_IDENTITY, first_at=moment, last_at=moment
    )
    page = browser(owner).get(reverse("stations:refused-list")).content.decode()
    assert "GHOST" in page
    assert "No station of this name exists" in page


def test_a_slot_shows_what_is_registered_and_else_nothing(browser, owner, station, monkeypatch):
    client, url = browser(owner), reverse("stations:station", args=[station.identity])
    monkeypatch.setattr(slots, "_registry", {})
    assert 'class="slot"' not in client.get(url).content.decode()
    slots.register("station", "stations:station")
    assert f'class="slot" hx-get="{url}"' in client.get(url).content.decode()


def test_a_site_shows_its_stations_worst_first(browser, owner, site, station):
    broken = factories.StationFactory(site=site, identity="ZZ-BROKEN")
    factories.ConnectorFactory(evse__station=broken, status=ConnectorStatus.FAULTED)
    factories.connect(broken)
    page = browser(owner).get(reverse("stations:site", args=[site.pk])).content.decode()
    assert page.index("ZZ-BROKEN") < page.index(station.identity)
