"""What people do with incidents. Each verb is one transaction and leaves a line in the timeline."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from drivers import clock
from drivers.models import User
from monitoring.domain.incidents import EntryKind
from monitoring.models import Incident, IncidentEntry
from monitoring.services import timeline


@contextmanager
def _held(incident_id: int) -> Iterator[Incident]:
    """The incident, locked; pages are nudged afterwards. Raises Incident.DoesNotExist."""
    with transaction.atomic():
        incident = Incident.objects.select_for_update(no_key=True).get(pk=incident_id)
        yield incident
        timeline.nudge([incident.organization_id])


def _require_open(incident: Incident) -> None:
    if not incident.is_open:
        raise ValidationError({"incident": _("This incident is resolved already.")})


def acknowledge(*, incident_id: int, by: User) -> bool:
    """Somebody takes care of it: nobody needs to be woken any more. Whether it was news; a second one changes nothing.

    Raises ValidationError if it is resolved.
    """
    with _held(incident_id) as incident:
        _require_open(incident)
        if incident.acknowledged_at is not None:
            return False
        incident.acknowledged_at = clock.now()
        incident.acknowledged_by = by
        incident.save(update_fields=["acknowledged_at", "acknowledged_by"])
        timeline.add(incident, EntryKind.ACKNOWLEDGED, at=incident.acknowledged_at, by=by)
    return True


def assign(*, incident_id: int, to: User | None, by: User) -> bool:
    """Hand it to somebody, or to nobody; whether that changed anything. Who may be asked is for the caller to check."""
    with _held(incident_id) as incident:
        _require_open(incident)
        if incident.assigned_to_id == (to.pk if to else None):
            return False
        incident.assigned_to = to
        incident.save(update_fields=["assigned_to"])
        data = {"to": to.pk, "name": str(to)} if to else {"to": None}
        timeline.add(incident, EntryKind.ASSIGNED, at=clock.now(), by=by, data=data)
    return True


def comment(*, incident_id: int, text: str, by: User) -> IncidentEntry:
    """A word for the others; resolved incidents take them too. Raises ValidationError for an empty one."""
    if not text.strip():
        raise ValidationError({"text": _("Write something.")})
    with _held(incident_id) as incident:
        return timeline.add(incident, EntryKind.COMMENT, at=clock.now(), by=by, text=text.strip())


def snooze(*, incident_id: int, until: datetime | None, by: User) -> None:
    """Say nothing of it until then; None ends that. Raises ValidationError for a past moment or a resolved incident."""
    now = clock.now()
    if until is not None and until <= now:
        raise ValidationError({"until": _("That moment is past.")})
    with _held(incident_id) as incident:
        _require_open(incident)
        if incident.snoozed_until == until:
            return
        incident.snoozed_until = until
        incident.save(update_fields=["snoozed_until"])
        data = {"until": until.isoformat()} if until else {}
        timeline.add(incident, EntryKind.SNOOZED if until else EntryKind.AWAKE, at=now, by=by, data=data)


def resolve(*, incident_id: int, text: str, by: User) -> None:
    """Over, says somebody, with a word on why. Alerts that are still there stay, and are not told again by it.

    Raises ValidationError without a word, or if it is resolved.
    """
    if not text.strip():
        raise ValidationError({"text": _("Say in a word what it was.")})
    with _held(incident_id) as incident:
        _require_open(incident)
        incident.resolved_at = clock.now()
        incident.resolved_by = by
        incident.snoozed_until = None
        incident.save(update_fields=["resolved_at", "resolved_by", "snoozed_until"])
        timeline.add(incident, EntryKind.RESOLVED, at=incident.resolved_at, by=by, text=text.strip())


def note(*, incident_id: int, kind: EntryKind, text: str = "", data: dict[str, Any] | None = None) -> IncidentEntry:
    """A line by nobody in particular, such as that people were told. Raises Incident.DoesNotExist."""
    with _held(incident_id) as incident:
        return timeline.add(incident, kind, at=clock.now(), text=text, data=data)
