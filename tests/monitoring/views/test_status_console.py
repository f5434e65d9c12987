"""The status page in the console: its settings, and what people tell the public of an incident."""

import pytest

from monitoring.models import StatusPage
from stations.models import SiteScope
from tests import factories
from tests.monitoring import status_rows as rows
from tests.monitoring.alert_rows import AlertFactory, IncidentFactory

pytestmark = pytest.mark.django_db
SETTINGS = {"least_points": 2, "least_percent": 40, "after_minutes": 5}


@pytest.fixture
def incident(site, station):
    incident = IncidentFactory(site=site)
    AlertFactory(station=station, incident=incident)
    return incident


def change(browser, person, organization, **values):
    return browser(person).post(f"/console/status-page/organization/{organization.pk}/", {**SETTINGS, **values})


def test_it_is_switched_on_with_its_sites_and_policy(browser, operator, organization, site):
    other = factories.SiteFactory(organization=organization)
    change(browser, operator, organization, is_published="on", shown_sites=[other.pk])
    page = StatusPage.objects.get()
    assert (page.is_published, page.least_points, page.publishes_by_itself) == (True, 2, False)
    assert list(page.hidden_sites.all()) == [site]
    shown = browser(operator).get("/console/status-page/").content.decode()
    assert "/status/volta/" in shown


def test_a_share_of_more_than_everything_is_refused(browser, operator, organization):
    answer = change(browser, operator, organization, is_published="on", least_percent=101)
    assert answer.status_code == 200
    assert not StatusPage.objects.exists()


def test_subscribers_are_counted_and_not_listed(browser, operator, organization):
    rows.publish_page(organization)
    rows.subscriber(organization, email="secret@example.com")
    shown = browser(operator).get("/console/status-page/").content.decode()
    assert "1 subscriber" in shown
    assert "secret@example.com" not in shown


def test_others_set_nothing_up(browser, viewer, stranger, organization):
    assert browser(viewer).get("/console/status-page/").status_code == 403
    assert change(browser, viewer, organization).status_code == 404
    assert change(browser, stranger, organization).status_code == 404


def test_an_incident_is_published_and_told_on(browser, operator, organization, incident):
    rows.publish_page(organization)
    client = browser(operator)
    said = {"state": "identified", "text_en": "A fuse.", "text_de": "Eine Sicherung."}
    client.post(f"/console/incidents/{incident.pk}/public/publish/", said)
    client.post(f"/console/incidents/{incident.pk}/public/publish/", {"state": "resolved"})
    card = client.get(f"/console/incidents/{incident.pk}/public/").content.decode()
    assert card.index("It is over.") < card.index("A fuse.")
    assert "Eine Sicherung." in client.get("/status/volta/?lang=de").content.decode()


def test_it_is_taken_off(browser, operator, organization, incident):
    rows.publish_page(organization)
    client = browser(operator)
    client.post(f"/console/incidents/{incident.pk}/public/publish/", {"state": "investigating"})
    client.post(f"/console/incidents/{incident.pk}/public/withdraw/")
    assert "It was taken off" in client.get(f"/console/incidents/{incident.pk}/public/").content.decode()


def test_security_is_not_offered(browser, operator, organization, incident, station):
    rows.publish_page(organization)
    AlertFactory(station=station, incident=incident, rule="security_event")
    card = browser(operator).get(f"/console/incidents/{incident.pk}/public/").content.decode()
    assert "never told in public" in card
    assert "Publish on" not in card
    answer = browser(operator).post(f"/console/incidents/{incident.pk}/public/publish/", {"state": "investigating"})
    assert "never told in public" in answer.content.decode()
    assert not organization.public_incidents.exists()


def test_who_only_looks_publishes_nothing(browser, viewer, organization, incident):
    rows.publish_page(organization)
    client = browser(viewer)
    assert "Publish on" not in client.get(f"/console/incidents/{incident.pk}/public/").content.decode()
    answer = client.post(f"/console/incidents/{incident.pk}/public/publish/", {"state": "investigating"})
    assert answer.status_code == 403
    assert client.post(f"/console/incidents/{incident.pk}/public/withdraw/").status_code == 403


def test_an_incident_elsewhere_is_not_there(browser, operator, organization, incident, site):
    SiteScope.objects.create(
        membership=operator.memberships.get(), site=factories.SiteFactory(organization=organization)
    )
    assert browser(operator).get(f"/console/incidents/{incident.pk}/public/").status_code == 404
