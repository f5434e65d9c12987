"""The clocks of tickets as their columns keep them."""

from datetime import datetime

from monitoring.domain.sla import ALWAYS, WARN_AT, Clock, Desk, targets_from_json
from monitoring.models import SupportPolicy, Ticket

COLUMNS = (
    "first_answer_target_s",
    "first_answer_due_at",
    "first_answered_at",
    "first_answer_s",
    "resolution_target_s",
    "resolution_due_at",
    "resolved_at",
    "spent_s",
    "running_since",
    "warn_at",
)


def desk_of(organization_id: int) -> Desk:
    """When support of an organization is there."""
    policy = SupportPolicy.objects.filter(organization=organization_id).first()
    return Desk(policy.hours, policy.zone) if policy else ALWAYS


def first_answer(ticket: Ticket) -> Clock:
    """Runs from the opening until somebody has answered."""
    if ticket.first_answered_at is not None:
        return Clock(ticket.first_answer_target_s, ticket.first_answer_s or 0)
    return Clock(ticket.first_answer_target_s, running_since=ticket.opened_at)


def resolution(ticket: Ticket) -> Clock:
    """Stands while the driver is waited for, and once it is resolved."""
    return Clock(ticket.resolution_target_s, ticket.spent_s, ticket.running_since)


def set_targets(ticket: Ticket) -> None:
    """Those of its priority; the caller saves COLUMNS."""
    policy = SupportPolicy.objects.filter(organization=ticket.organization_id).first()
    targets = targets_from_json(policy.targets if policy else {}, ticket.priority)
    ticket.first_answer_target_s = targets.first_answer * 60
    ticket.resolution_target_s = targets.resolution * 60


def begin(ticket: Ticket, at: datetime) -> None:
    """It runs, or goes on: nobody has answered the driver's last word."""
    _keep(ticket, resolution(ticket).started(at))


def stop(ticket: Ticket, desk: Desk, at: datetime) -> None:
    """It stands: the driver is waited for, or all is done."""
    _keep(ticket, resolution(ticket).stopped(at, desk))


def note_answer(ticket: Ticket, desk: Desk, at: datetime) -> None:
    """The first answer was given; later ones change nothing."""
    if ticket.first_answered_at is None:
        ticket.first_answer_s = round(first_answer(ticket).spent(at, desk))
        ticket.first_answered_at = at


def reckon(ticket: Ticket, desk: Desk) -> None:
    """When what is due, and when somebody is warned of it; the caller saves COLUMNS."""
    answer, solution = first_answer(ticket), resolution(ticket)
    ticket.first_answer_due_at = answer.due(desk) if ticket.is_open else None
    ticket.resolution_due_at = solution.due(desk) if ticket.is_open else None
    warnings = []
    if ticket.first_answer_due_at and not ticket.first_answer_warned_at:
        warnings.append(answer.due(desk, part=WARN_AT))
    if ticket.resolution_due_at and not ticket.resolution_warned_at:
        warnings.append(solution.due(desk, part=WARN_AT))
    ticket.warn_at = min((at for at in warnings if at), default=None)


def _keep(ticket: Ticket, clock: Clock) -> None:
    ticket.spent_s, ticket.running_since = round(clock.spent_s), clock.running_since
