"""Telling the next one while nobody acknowledges. Each position of an escalation is taken by compare-and-set."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from drivers import clock
from drivers.domain.phrases import english
from drivers.models import User
from monitoring.domain import escalation as domain
from monitoring.models import (
    Escalation,
    EscalationPolicy,
    EscalationStep,
    Incident,
    IncidentEntry,
    Notification,
)
from monitoring.selectors.rota import person_on_call
from monitoring.services.recipients import Way, notify, people, ways_to, who_may_see

Change = Notification.Change

log = structlog.get_logger(__name__)


def policy_for(incident: Incident) -> EscalationPolicy | None:
    """That of its site, else that of the organization; None where neither is for incidents as harmless as this."""
    policies = EscalationPolicy.objects.filter(
        organization=incident.organization_id, is_active=True, least_severity__gte=incident.severity
    )
    of_site = policies.filter(sites=incident.site_id).order_by("id").first() if incident.site_id else None
    return of_site or policies.filter(sites=None).order_by("id").first()


def begin(incident: Incident, *, base: str, change: Notification.Change, now: datetime) -> Escalation | None:
    """Start to escalate, from the first step on, unless that runs already; what is due at once is told at once.

    `base`, `change`: of the messages that go out now, so that whoever is told otherwise too is told once. Call it in
    a transaction.
    """
    policy = policy_for(incident)
    if policy is None or not policy.steps.exists():
        return None
    row, is_new = Escalation.objects.get_or_create(incident=incident, defaults={"policy": policy, "due_at": now})
    if not is_new:
        if row.due_at is not None:
            return row
        row.policy, row.run, row.position, row.ended = policy, row.run + 1, 0, ""
    row.due_at = now + timedelta(minutes=_steps(policy)[0].after_minutes)
    row.save()
    if row.due_at <= now:
        _advance(row, incident, now=now, base=base, change=change)
    return row


def end(incident: Incident, why: str) -> None:
    """Nobody further is told."""
    Escalation.objects.filter(incident=incident, due_at__isnull=False).update(due_at=None, ended=why[:160])


def hasten(incident: Incident, *, now: datetime) -> None:
    """Whoever was to be told could not be reached: the next step is due now."""
    Escalation.objects.filter(incident=incident, due_at__gt=now).update(due_at=now)


def sweep(*, limit: int = 200) -> int:
    """Take the steps that are due; how many were taken or found needless. One that cannot be taken is tried again in
    the next round, and keeps no other."""
    due = Escalation.objects.filter(due_at__lte=clock.now()).order_by("due_at")
    return sum(_take_alone(pk) for pk in list(due.values_list("pk", flat=True)[:limit]))


def _take_alone(pk: int) -> bool:
    try:
        return _take(pk)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("escalation.not_taken", escalation=pk)
        return False


def _take(pk: int) -> bool:
    now = clock.now()
    with transaction.atomic():
        row = Escalation.objects.select_related("policy", "incident__organization", "incident__site").get(pk=pk)
        incident = row.incident
        if row.due_at is None or row.due_at > now:
            return False
        if incident.resolved_at is not None or incident.acknowledged_at is not None:
            end(incident, english("The incident was acknowledged or resolved."))
            return True
        if incident.snoozed_until is not None and incident.snoozed_until > now:
            Escalation.objects.filter(pk=pk, position=row.position).update(due_at=incident.snoozed_until)
            return True
        return _advance(row, incident, now=now)


def _advance(
    row: Escalation,
    incident: Incident,
    *,
    now: datetime,
    base: str = "",
    change: Notification.Change = Change.ESCALATED,
) -> bool:
    """Take the step at the row's position, if nobody else has meanwhile."""
    steps = _steps(row.policy)
    policy = _domain(row.policy, steps)
    found = domain.turn(policy, row.position)
    wait = domain.wait_before(policy, row.position + 1)
    claimed = Escalation.objects.filter(pk=row.pk, run=row.run, position=row.position, due_at=row.due_at).update(
        position=F("position") + 1, due_at=None if wait is None else now + wait
    )
    if not claimed:
        return False
    if found is not None:
        base = base or f"i{incident.pk}.s{row.run}.{row.position}"
        if not _tell(steps[found.step], incident, base=base, change=change, now=now) and wait is not None:
            Escalation.objects.filter(pk=row.pk, position=row.position + 1).update(due_at=now)
    if wait is None:
        _note(incident, now, english("Everybody in “%(policy)s” has been told.", policy=row.policy.name))
        Escalation.objects.filter(pk=row.pk, due_at=None).update(ended=english("Everybody has been told."))
    return True


def _tell(step: EscalationStep, incident: Incident, *, base: str, change: Notification.Change, now: datetime) -> bool:
    """Whether there was somebody to tell."""
    ways, reason = _ways(step, incident, now)
    if ways:
        notify(incident, ways, change=change, base=base, reason=reason, now=now, is_on_call=True)
        if change == Change.ESCALATED:
            _note(incident, now, english("Nobody has acknowledged: %(who)s is told now.", who=_name(ways, step)))
        return True
    _note(incident, now, english("“%(who)s” has nobody to tell: the next step follows at once.", who=step.target))
    return False


def _ways(step: EscalationStep, incident: Incident, now: datetime) -> tuple[list[Way], str]:
    if step.channel is not None:
        channel = step.channel
        reason = english("The escalation names the channel “%(name)s”.", name=channel.name)
        return ([Way(None, channel)] if channel.is_active else []), reason
    person: User | None = step.person
    reason = english("The escalation names them.")
    if step.rota is not None:
        person = person_on_call(step.rota, now)
        reason = english("On call in “%(rota)s”.", rota=step.rota.name)
    # Whoever has left the organization since is told nothing any more.
    if person is None or not who_may_see(incident).filter(pk=person.pk).exists():
        return [], reason
    return ways_to(people().get(pk=person.pk), incident.severity), reason


def _name(ways: Sequence[Way], step: EscalationStep) -> object:
    return ways[0].person or step.target


def _note(incident: Incident, now: datetime, text: str) -> None:
    """A line of the incident's timeline, which tells nobody."""
    IncidentEntry.objects.create(incident=incident, kind="notified", at=now, text=text, told_at=now)


def _steps(policy: EscalationPolicy) -> list[EscalationStep]:
    return list(policy.steps.select_related("rota", "person", "channel").order_by("order", "id"))


def _domain(policy: EscalationPolicy, steps: Sequence[EscalationStep]) -> domain.Policy:
    waits = [timedelta(minutes=step.after_minutes) for step in steps]
    return domain.Policy(waits, policy.repeats, timedelta(minutes=policy.pause_minutes))
