"""The demo network's status page, and what its visitors read of the past: published by the policy, as it would have
been then, with a word of its people where it lasted."""

import threading
from datetime import timedelta

from drivers import clock
from drivers.models import Organization
from monitoring.models import Incident, PublicIncident, StatusPage
from monitoring.services import publication, status_days
from monitoring.services.publication import State, Word

_BREATH_S = 0.02
_LONG = timedelta(hours=3)
_ON_THE_WAY = Word(
    State.IDENTIFIED,
    "We know what it is, and somebody is on the way.",
    {"de": "Wir wissen, was es ist, und jemand ist unterwegs."},
)


def make(organization: Organization, stop: threading.Event) -> int:
    """Publish what is not published yet; returns how many incidents that made."""
    page, _is_new = StatusPage.objects.get_or_create(organization=organization, defaults={"is_published": True})
    status_days.roll_up()
    before = organization.public_incidents.count()
    past = Incident.objects.filter(organization=organization, public=None, resolved_at__lt=organization.created_at)
    for incident in past.order_by("opened_at"):
        due_at = incident.opened_at + timedelta(minutes=page.after_minutes + 1)
        if incident.resolved_at is None or incident.resolved_at < due_at:
            continue
        if stop.wait(_BREATH_S):
            break
        _tell(incident, page)
    return organization.public_incidents.count() - before


def _tell(incident: Incident, page: StatusPage) -> None:
    """From when it was due to when it was over."""
    over_at = incident.resolved_at or clock.now()
    with clock.at(incident.opened_at + timedelta(minutes=page.after_minutes + 1)):
        publication.sweep()
    published = PublicIncident.objects.filter(incident=incident).first()
    if published is not None and over_at - incident.opened_at > _LONG:
        with clock.at(incident.opened_at + _LONG / 2):
            publication.add_update(published_id=published.pk, word=_ON_THE_WAY, by=incident.acknowledged_by)
    with clock.at(over_at):
        publication.sweep()
