"""What time brings about: somebody is warned before a promise breaks, and what was solved long ago closes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from drivers import clock
from drivers.domain.phrases import english
from drivers.domain.roles import Permission, roles_granting
from drivers.models import User
from monitoring.domain.rota import on_call
from monitoring.models import Notification, Severity, Ticket
from monitoring.selectors.rota import people_of, plan_of, with_parts
from monitoring.services import ticket_clocks, tickets
from monitoring.services.recipients import people, quiet_until, ways_to
from stations.permissions import may

CHUNK = 200
# A driver who has not said otherwise for so long is content.
CLOSES_AFTER = timedelta(days=14)
SEVERITIES = {1: Severity.CRITICAL, 2: Severity.MAJOR}


def sweep(*, now: datetime | None = None) -> int:
    """Warn of what is soon due, and close what was resolved long ago; how many tickets that were."""
    now = now or clock.now()
    due = Ticket.objects.filter(warn_at__lte=now).select_related("organization", "site", "assigned_to")
    warned = sum(_warn(ticket, now) for ticket in due.order_by("warn_at")[:CHUNK])
    old = Ticket.objects.filter(state=Ticket.State.RESOLVED, resolved_at__lte=now - CLOSES_AFTER).order_by("id")
    for ticket in old[:CHUNK]:
        tickets.close(ticket=ticket, by=None, at=now)
        warned += 1
    return warned


def _warn(ticket: Ticket, now: datetime) -> int:
    """Once for each clock."""
    is_answer = ticket.first_answer_due_at is not None and ticket.first_answer_warned_at is None
    column = "first_answer_warned_at" if is_answer else "resolution_warned_at"
    with transaction.atomic():
        mine = Ticket.objects.filter(pk=ticket.pk, warn_at=ticket.warn_at, **{column: None})
        setattr(ticket, column, now)
        ticket_clocks.reckon(ticket, ticket_clocks.desk_of(ticket.organization_id))
        if not mine.update(warn_at=ticket.warn_at, **{column: now}):
            return 0
        _notify(ticket, column, now)
    return 1


def _notify(ticket: Ticket, column: str, now: datetime) -> None:
    severity = SEVERITIES.get(ticket.priority, Severity.MINOR)
    persons, reason = _whom(ticket, now)
    ways = {way.suffix: way for person in persons for way in ways_to(person, Severity.CRITICAL)}
    rows = []
    for suffix, way in ways.items():
        until = quiet_until(way, severity, now=now, is_on_call=ticket.assigned_to_id is None)
        rows.append(
            Notification(
                organization_id=ticket.organization_id,
                ticket=ticket,
                key=f"t{ticket.pk}.{column.removesuffix('_warned_at')}.{ticket.reopened}.{suffix}",
                change=Notification.Change.TICKET_DUE,
                severity=severity,
                person=way.person,
                channel=way.channel,
                reason=reason,
                state=Notification.State.HELD if until else Notification.State.WAITING,
                created_at=now,
                due_at=until or now,
            )
        )
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


def _whom(ticket: Ticket, now: datetime) -> tuple[Sequence[User], str]:
    """Whose ticket it is; else who is on call; else all who answer drivers."""
    if ticket.assigned_to_id is not None:
        return list(people().filter(pk=ticket.assigned_to_id)), english("Whoever has the ticket is told.")
    rotas = list(with_parts().filter(organization=ticket.organization_id))
    known = people_of(rotas)
    turns = {pk for rota in rotas if (pk := on_call(plan_of(rota), now)) and _may_answer(known[pk], ticket)}
    if turns:
        return list(people().filter(pk__in=turns)), english("On call now.")
    roles = roles_granting(Permission.RESPOND)
    members = people().filter(memberships__organization=ticket.organization_id, memberships__role__in=roles)
    found = [person for person in members.distinct() if _may_answer(person, ticket)]
    return found, english("The ticket is nobody's, and nobody is on call.")


def _may_answer(person: User, ticket: Ticket) -> bool:
    return ticket.site is None or may(person, Permission.RESPOND, ticket.site)
