"""From what happened to incidents to who is told: each entry of a timeline is looked at once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError, transaction

from drivers import clock
from drivers.domain.phrases import english
from monitoring.models import Incident, IncidentEntry, Notification
from monitoring.services import escalation
from monitoring.services.recipients import (
    OPENING,
    Way,
    fallback,
    notify,
    people,
    subscribed,
    told,
    ways_to,
    who_may_see,
)

Change = Notification.Change
State = Notification.State
# What is over and was not told within this is no news any more.
CHUNK = 200
STALE = timedelta(hours=1)

log = structlog.get_logger(__name__)


def tell_entries(*, limit: int = CHUNK) -> int:
    """Look at entries nobody was told of yet, oldest first; returns how many. One that cannot be told of is tried
    again in the next round, and keeps no other."""
    waiting = IncidentEntry.objects.filter(told_at=None).order_by("id").values_list("pk", flat=True)
    return sum(_tell_alone(pk) for pk in list(waiting[:limit]))


def _tell_alone(pk: int) -> int:
    try:
        return _tell(pk)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("entry.not_told", entry=pk)
        return 0


def _tell(pk: int) -> int:
    now = clock.now()
    with transaction.atomic():
        if not IncidentEntry.objects.filter(pk=pk, told_at=None).update(told_at=now):
            return 0
        entry = IncidentEntry.objects.select_related("incident__organization", "incident__site", "by").get(pk=pk)
        if (tell := _TELL.get(entry.kind)) is not None:
            tell(entry, entry.incident, now)
    return 1


def _base(entry: IncidentEntry) -> str:
    return f"i{entry.incident_id}.e{entry.pk}"


def _opened(entry: IncidentEntry, incident: Incident, now: datetime) -> None:
    _open(entry, incident, Change.OPENED, now)


def _reopened(entry: IncidentEntry, incident: Incident, now: datetime) -> None:
    _open(entry, incident, Change.REOPENED, now)


def _open(entry: IncidentEntry, incident: Incident, change: Notification.Change, now: datetime) -> None:
    if incident.resolved_at is not None and entry.at < now - STALE:
        return
    ways = subscribed(incident)
    escalated = None
    if incident.resolved_at is None and incident.acknowledged_at is None:
        escalated = escalation.begin(incident, base=_base(entry), change=change, now=now)
    reason = english("All incidents were asked for.")
    if not ways and escalated is None:
        ways, reason = fallback(incident), english("Nobody else is to be told, and they decide who is.")
    notify(incident, ways, change=change, base=_base(entry), reason=reason, now=now)


def _graver(entry: IncidentEntry, incident: Incident, now: datetime) -> None:
    """It is told only where it is graver than what was told before."""
    if incident.resolved_at is not None:
        return
    severities = incident.notifications.filter(change__in=OPENING).values_list("severity", flat=True)
    if severities and incident.severity >= min(severities):
        return
    if incident.acknowledged_at is None:
        escalation.begin(incident, base=_base(entry), change=Change.GRAVER, now=now)
    ways = {way.suffix: way for way in [*subscribed(incident), *told(incident)]}
    reason = english("It is graver than what was told before.")
    notify(incident, list(ways.values()), change=Change.GRAVER, base=_base(entry), reason=reason, now=now)


def _acknowledged(entry: IncidentEntry, incident: Incident, now: datetime) -> None:
    """Nobody further is woken; channels, where others wait for news, are told, people who sleep are not."""
    escalation.end(incident, english("The incident was acknowledged or resolved."))
    _cancel(incident, english("The incident was acknowledged before."), change__in=[Change.ESCALATED])
    ways = [way for way in told(incident) if way.person is None]
    reason = english("Whoever heard of the opening hears how it goes on.")
    notify(incident, ways, change=Change.ACKNOWLEDGED, base=_base(entry), reason=reason, now=now)


def _assigned(entry: IncidentEntry, incident: Incident, now: datetime) -> None:
    person = incident.assigned_to
    if person is None or person == entry.by or not who_may_see(incident).filter(pk=person.pk).exists():
        return
    ways = ways_to(people().get(pk=person.pk), incident.severity)
    reason = english("Whoever gets the incident is told.")
    notify(incident, ways, change=Change.ASSIGNED, base=_base(entry), reason=reason, now=now)


def _resolved(entry: IncidentEntry, incident: Incident, now: datetime) -> None:
    """Told to whoever was told of the opening; who was not yet, hears nothing at all."""
    escalation.end(incident, english("The incident was acknowledged or resolved."))
    if incident.resolved_at is None:
        return
    _cancel(incident, english("The incident was over before."), change__in=OPENING, person__isnull=False)
    ways: list[Way] = told(incident)
    ways += [
        Way(None, n.channel)
        for n in incident.notifications.filter(
            change__in=OPENING, person=None, state__in=[State.WAITING, State.HELD]
        ).select_related("channel")
    ]
    found = {way.suffix: way for way in ways}
    reason = english("Whoever heard of the opening hears how it goes on.")
    notify(incident, list(found.values()), change=Change.RESOLVED, base=_base(entry), reason=reason, now=now)


def _cancel(incident: Incident, why: str, **which: object) -> None:
    waiting = incident.notifications.filter(state__in=[State.WAITING, State.HELD], **which)
    waiting.update(state=State.CANCELLED, problem=why)


_TELL: dict[str, Callable[[IncidentEntry, Incident, datetime], None]] = {
    "opened": _opened,
    "reopened": _reopened,
    "severity": _graver,
    "acknowledged": _acknowledged,
    "assigned": _assigned,
    "resolved": _resolved,
}
