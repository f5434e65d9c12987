"""A network with a status page, incidents that the public hears of, and who reads letters of it."""

import re
from datetime import timedelta

from django.utils import timezone

from monitoring.models import LedgerEntry, Port, StatusLetter, StatusPage, StatusSubscriber
from monitoring.services import publication, subscriptions
from monitoring.services.publication import Word
from tests import factories
from tests.monitoring.alert_rows import AlertFactory, IncidentFactory

LINK = re.compile(r"https?://[^/\s]+(/status/\S+?)(?=[>\s]|$)")


def publish_page(organization, **more):
    values = {"is_published": True, "least_points": 1, "after_minutes": 10, **more}
    return StatusPage.objects.create(organization=organization, **values)


def ports(site, count):
    """So many charging points of new stations at `site`, each measured for a hundred days."""
    now = timezone.now()
    found = []
    for _ in range(count):
        plug = factories.ConnectorFactory(evse__station__site=site)
        found.append(
            Port.objects.create(
                evse=plug.evse,
                station=plug.station,
                organization=site.organization,
                site=site,
                identity=plug.station.identity,
                number=1,
                commissioned_at=now - timedelta(days=100),
            )
        )
    return found


def breaks(port, since, *, state="down"):
    """Since then it cannot charge."""
    LedgerEntry.objects.create(port=port, start=since, state=state, cause="fault", recorded_at=since)


def is_mended(port):
    """It works from now on."""
    now = timezone.now()
    LedgerEntry.objects.filter(port=port, end=None).update(end=now, closed_at=now)


def incident_of(broken, *, minutes=20, rule="faulted", state="down", **more):
    """An incident that keeps these charging points from charging for so long."""
    since = timezone.now() - timedelta(minutes=minutes)
    site = broken[0].site
    incident = IncidentFactory(site=site, opened_at=since, **more)
    for port in broken:
        breaks(port, since, state=state)
        AlertFactory(station=port.station, evse=port.evse, incident=incident, rule=rule, raised_at=since)
    return incident


def published(organization, site, by):
    """An incident that somebody published in their own words."""
    incident = IncidentFactory(site=site, organization=organization)
    word = Word(publication.State.IDENTIFIED, "A transformer has failed.", {"de": "Ein Transformator ist ausgefallen."})
    return publication.publish(incident_id=incident.pk, word=word, by=by)


def subscriber(organization, site=None, email="reader@example.com", language="en"):
    """Somebody who has confirmed, a minute ago."""
    at = timezone.now() - timedelta(minutes=1)
    return StatusSubscriber.objects.create(
        organization=organization, site=site, email=email, language=language, created_at=at, confirmed_at=at
    )


def paths_in(text):
    """The addresses of ours in a letter."""
    return LINK.findall(text)


def letters():
    return StatusLetter.objects.order_by("pk")


def subscribe(organization, email="reader@example.com", site=None, language="en"):
    subscriptions.subscribe(organization=organization, site=site, email=email, language=language)
    return StatusSubscriber.objects.filter(email=email.lower(), organization=organization, site=site).first()
