"""The demo network's status page, and what its visitors read of the past: published by the policy, as it would have
been then, with a word of its people where it lasted."""

import threading
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

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


def open_page(organization: Organization, _stop: threading.Event) -> int:
    """The page is there from the start, while its past is still being written; returns one if it is new."""
    _page, is_new = StatusPage.objects.get_or_create(organization=organization, defaults={"is_published": True})
    return int(is_new)


def make(organization: Organization, stop: threading.Event) -> int:
    """Publish the past, once; returns how many incidents that made."""
    page = StatusPage.objects.get(organization=organization)
    status_days.roll_up()
    if organization.public_incidents.exists():
        return 0
    past = Incident.objects.filter(organization=organization, resolved_at__lt=organization.created_at)
    # In the order of time, whichever incident it is of: what was over then is not there any more.
    for moment, incident in sorted(_moments(past, page), key=lambda found: found[0]):
        if stop.wait(_BREATH_S):
            break
        with clock.at(moment):
            if incident is None:
                publication.sweep()
            else:
                _say(incident)
    return organization.public_incidents.count()


def _moments(past: Iterable[Incident], page: StatusPage) -> Iterator[tuple[datetime, Incident | None]]:
    """When each was due and when it was over; where it lasted, when somebody said something: then with the incident."""
    for incident in past:
        due_at = incident.opened_at + timedelta(minutes=page.after_minutes + 1)
        if incident.resolved_at is None or incident.resolved_at < due_at:
            continue
        yield due_at, None
        yield incident.resolved_at, None
        if incident.resolved_at - incident.opened_at > _LONG:
            yield incident.opened_at + _LONG / 2, incident


def _say(incident: Incident) -> None:
    published = PublicIncident.objects.filter(incident=incident, resolved_at=None).first()
    if published is not None:
        publication.add_update(published_id=published.pk, word=_ON_THE_WAY, by=incident.acknowledged_by)
