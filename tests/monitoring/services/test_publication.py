"""What the public is told of incidents, and what it is not."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from drivers import clock
from monitoring.models import Incident, Port, PublicIncident
from monitoring.selectors import status_page as selectors
from monitoring.selectors import status_words
from monitoring.services import publication
from monitoring.services.publication import State, Word
from tests import factories
from tests.monitoring import status_rows as rows
from tests.monitoring.alert_rows import AlertFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(organization):
    return rows.publish_page(organization, least_points=2, least_percent=60)


@pytest.fixture
def points(site, page):
    return rows.ports(site, 4)


def told(organization):
    page = selectors.page_of(organization.slug)
    return selectors.network_status(page, now=timezone.now()).incidents


def titles(organization):
    return [status_words.title(incident, network=organization.name) for incident in told(organization)]


def test_enough_broken_points_are_published_once(organization, points):
    rows.incident_of(points[:2])
    assert publication.sweep() == 1
    assert publication.sweep() == 0
    assert titles(organization) == ["2 of 4 charging points at Volta depot out of service"]
    [incident] = told(organization)
    assert incident.began_at < timezone.now() - timedelta(minutes=19)
    assert [status_words.said(update) for update in incident.updates] == ["We are looking into it."]


def test_too_few_or_too_short_is_nobodys_business(organization, points):
    rows.incident_of(points[:1])
    rows.incident_of(points[2:], minutes=5)
    assert publication.sweep() == 0


def test_what_is_silent_is_not_called_out_of_service(organization, points):
    rows.incident_of(points[:3], rule="offline", state="unknown")
    publication.sweep()
    assert titles(organization) == ["3 of 4 charging points at Volta depot not reachable"]


def test_an_alert_of_a_station_is_about_all_of_its_points_that_are_not_up(organization, site, page):
    [first] = rows.ports(site, 1)
    plug = factories.ConnectorFactory(evse__station=first.station)
    values = {
        "organization": organization,
        "site": site,
        "identity": first.identity,
        "commissioned_at": first.commissioned_at,
    }
    second = Port.objects.create(evse=plug.evse, station=first.station, number=2, **values)
    rows.breaks(second, timezone.now() - timedelta(hours=1), state="unknown")
    incident = rows.incident_of([first], rule="offline", state="unknown")
    incident.alerts.update(evse=None)
    assert publication.sweep() == 1
    assert titles(organization) == ["2 of 2 charging points at Volta depot not reachable"]


@pytest.mark.parametrize("secret", ["security_event", "identity_shared"])
def test_what_has_to_do_with_security_is_never_published(points, operator, secret):
    incident = rows.incident_of(points[:3])
    AlertFactory(station=points[0].station, incident=incident, rule=secret)
    assert publication.sweep() == 0
    with pytest.raises(ValidationError, match="security"):
        publication.publish(incident_id=incident.pk, word=Word(State.INVESTIGATING), by=operator)


def test_work_in_progress_is_no_incident(points):
    incident = rows.incident_of(points[:3])
    incident.alerts.update(is_muted=True)
    assert publication.sweep() == 0


def test_no_page_no_publication(organization, page, points, operator):
    page.is_published = False
    page.save()
    incident = rows.incident_of(points[:3])
    assert publication.sweep() == 0
    with pytest.raises(ValidationError, match="no status page"):
        publication.publish(incident_id=incident.pk, word=Word(State.INVESTIGATING), by=operator)


def test_by_hand_only_is_respected(page, points):
    page.publishes_by_itself = False
    page.save()
    rows.incident_of(points[:3])
    assert publication.sweep() == 0


def test_sites_that_are_not_public_are_never_told_of(organization, site, page, points):
    rows.incident_of(points[:3])
    publication.sweep()
    site.is_public = False
    site.save()
    assert told(organization) == ()
    rows.incident_of(rows.ports(site, 4), title="Another.")
    assert publication.sweep() == 0


def test_a_site_that_was_left_out_is_not_on_the_page(organization, site, page, points):
    rows.incident_of(points[:3])
    publication.sweep()
    page.hidden_sites.add(site)
    assert told(organization) == ()


def test_it_says_the_most_that_were_affected(organization, points):
    incident = rows.incident_of(points[:2])
    publication.sweep()
    rows.breaks(points[2], timezone.now())
    AlertFactory(station=points[2].station, evse=points[2].evse, incident=incident, rule="faulted")
    publication.sweep()
    rows.is_mended(points[0])
    publication.sweep()
    assert titles(organization) == ["3 of 4 charging points at Volta depot out of service"]


def test_over_in_the_house_is_over_in_public_and_back_is_back(organization, points):
    incident = rows.incident_of(points[:3])
    publication.sweep()
    incident.resolved_at = timezone.now()
    incident.save()
    assert publication.sweep() == 1
    assert [(i.state, i.is_open) for i in told(organization)] == [(State.RESOLVED, False)]
    Incident.objects.update(resolved_at=None)
    assert publication.sweep() == 1
    [again] = told(organization)
    assert again.is_open
    assert [update.state for update in again.updates] == [State.INVESTIGATING, State.RESOLVED, State.INVESTIGATING]


def test_what_a_person_called_over_is_not_opened_again_by_itself(points, operator):
    rows.incident_of(points[:3])
    publication.sweep()
    found = PublicIncident.objects.get()
    publication.add_update(published_id=found.pk, word=Word(State.RESOLVED), by=operator)
    assert publication.sweep() == 0


def test_taken_off_it_stays_off(organization, points, operator):
    incident = rows.incident_of(points[:3])
    publication.sweep()
    found = PublicIncident.objects.get()
    publication.withdraw(published_id=found.pk)
    assert told(organization) == ()
    assert publication.sweep() == 0
    with pytest.raises(ValidationError):
        publication.add_update(published_id=found.pk, word=Word(State.MONITORING), by=operator)
    publication.publish(incident_id=incident.pk, word=Word(State.MONITORING), by=operator)
    assert [i.state for i in told(organization)] == [State.MONITORING]


def test_a_person_publishes_in_their_own_words_and_languages(organization, site, page, operator):
    rows.published(organization, site, operator)
    [incident] = told(organization)
    [update] = incident.updates
    assert titles(organization) == ["Disruption: Volta depot"]
    assert (update.text, update.texts["de"]) == ("A transformer has failed.", "Ein Transformator ist ausgefallen.")


def test_a_second_publication_of_the_same_is_refused(organization, site, page, operator):
    found = rows.published(organization, site, operator)
    with pytest.raises(ValidationError, match="already"):
        publication.publish(incident_id=found.incident_id, word=Word(State.MONITORING), by=operator)


def test_nothing_of_ours_is_in_what_the_public_reads(organization, points):
    rows.incident_of(points[:3], title="INTERNAL TITLE", cause="modem:SECRET")
    publication.sweep()
    said = repr(told(organization))
    assert "INTERNAL" not in said
    assert "SECRET" not in said
    assert points[0].identity not in said


def test_a_past_that_is_told_afterwards_is_published_as_it_was(organization, points):
    incident = rows.incident_of(points[:3])
    now = timezone.now()
    for point in points[:3]:
        rows.is_mended(point)
    incident.alerts.update(resolved_at=now)
    Incident.objects.update(resolved_at=now)
    with clock.at(now - timedelta(minutes=5)):
        assert publication.sweep() == 1
    assert publication.sweep() == 1
    [found] = told(organization)
    assert titles(organization) == ["3 of 4 charging points at Volta depot out of service"]
    assert [update.state for update in found.updates] == [State.RESOLVED, State.INVESTIGATING]
