"""Money that support asks to give back: a second person decides, and billing pays when it hears of the fact."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from drivers import clock
from drivers.domain.phrases import english
from drivers.models import User
from monitoring.models import RefundRequest, Ticket, TicketMessage
from stations import journal

State = RefundRequest.State


def request_refund(*, ticket: Ticket, amount_minor: int, reason: str, by: User, currency: str = "") -> RefundRequest:
    """Ask for `amount_minor` (cents) to be given back for the ticket's session, if it has one.

    Raises ValidationError: without a reason, more than the session cost, or while another one is undecided.
    """
    now = clock.now()
    session = ticket.session
    refund = RefundRequest(
        ticket=ticket,
        session=session,
        amount_minor=amount_minor,
        currency=currency or (session.currency if session else "") or ticket.organization.currency,
        reason=reason.strip(),
        requested_by=by,
        requested_at=now,
    )
    refund.clean_fields()
    if session is not None and session.cost_minor is not None and amount_minor > session.cost_minor:
        raise ValidationError({"amount_minor": _("The session cost less than that.")})
    with transaction.atomic():
        Ticket.objects.select_for_update(no_key=True).get(pk=ticket.pk)
        if ticket.refunds.filter(state=State.REQUESTED).exists():
            raise ValidationError(_("A refund is asked for already, and not decided yet."))
        refund.save()
        _told(refund, "requested", by, now)
    return refund


def decide_refund(*, refund: RefundRequest, approved: bool, by: User, note: str = "") -> RefundRequest:
    """Approve or decline. Whether `by` may decide at all is for the caller to check.

    Raises ValidationError where it is decided already, or asked for by the same person.
    """
    now = clock.now()
    with transaction.atomic():
        row = _locked(refund)
        if row.state != State.REQUESTED:
            raise ValidationError(_("This refund was decided before."))
        if row.requested_by_id == by.pk:
            raise ValidationError(_("Somebody else has to decide: you have asked for it."))
        row.state = State.APPROVED if approved else State.DECLINED
        row.decided_by, row.decided_at, row.decision_note = by, now, note.strip()[:300]
        row.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
        _told(row, row.state, by, now)
    return row


def mark_paid(*, refund: RefundRequest, by: User | None = None) -> RefundRequest:
    """The money has left. A second time changes nothing. Raises ValidationError for one that was not approved."""
    now = clock.now()
    with transaction.atomic():
        row = _locked(refund)
        if row.state == State.PAID:
            return row
        if row.state != State.APPROVED:
            raise ValidationError(_("Only a refund that was approved is paid."))
        row.state, row.paid_by, row.paid_at = State.PAID, by, now
        row.save(update_fields=["state", "paid_by", "paid_at"])
        _told(row, "paid", by, now)
    return row


def _locked(refund: RefundRequest) -> RefundRequest:
    rows = RefundRequest.objects.select_for_update(of=("self",), no_key=True).select_related("ticket")
    return rows.get(pk=refund.pk)


def _told(refund: RefundRequest, what: str, by: User | None, now: datetime) -> None:
    """A fact, which billing listens to, and a line in the conversation that staff sees."""
    data: dict[str, Any] = {
        "ticket": refund.ticket_id,
        "session": refund.session_id,
        "amount_minor": refund.amount_minor,
        "currency": refund.currency,
    }
    journal.record(f"refund.{what}", subject_type="refund", subject_id=refund.pk, data=data, at=now)
    line = {
        "requested": english("A refund was asked for."),
        "approved": english("The refund was approved."),
        "declined": english("The refund was declined."),
        "paid": english("The refund was paid."),
    }[what]
    TicketMessage.objects.create(
        ticket=refund.ticket, author=TicketMessage.Author.SYSTEM, by=by, is_internal=True, body=line, at=now
    )
