"""The words of tickets, and how their clocks are drawn."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from monitoring.domain.sla import WARN_AT, Clock, Desk
from monitoring.models import RefundRequest, Ticket, TicketMessage
from monitoring.services import ticket_clocks
from stations.templatetags.console import duration
from stations.views.wording import Text, Word

_State = Ticket.State
STATES = {
    _State.OPEN: Word(_("Open"), "message", "charging"),
    _State.WAITING: Word(_("Waiting for the driver"), "clock", "reserved"),
    _State.RESOLVED: Word(_("Resolved"), "check", "available"),
    _State.CLOSED: Word(_("Closed"), "minus", "unavailable"),
}
OVERDUE = Word(_("Overdue"), "alert", "faulted")
_Refund = RefundRequest.State
REFUNDS = {
    _Refund.REQUESTED: Word(_("To be decided"), "clock", "occupied"),
    _Refund.APPROVED: Word(_("Approved"), "check", "charging"),
    _Refund.DECLINED: Word(_("Declined"), "x", "unavailable"),
    _Refund.PAID: Word(_("Paid"), "card", "available"),
}
_Letter = TicketMessage.Letter
LETTERS = {
    _Letter.WAITING: Word(_("Letter leaves soon"), "clock", "reserved"),
    _Letter.SENT: Word(_("Letter sent"), "send", "available"),
    _Letter.FAILED: Word(_("Letter not sent"), "alert", "faulted"),
}


def state_of(ticket: Ticket, now: datetime) -> Word:
    """What stands beside it: overdue goes before everything."""
    return OVERDUE if ticket.is_overdue(now) else STATES[_State(ticket.state)]


@dataclass(frozen=True, slots=True)
class Dial:
    """A clock as it is drawn: `share` of it used up, from 0 to 100."""

    label: Text
    share: int
    tone: str
    text: str
    due_at: datetime | None
    target: str


def span(seconds: float) -> str:
    """A length of time: “3 min”, “1 h 24 min”, “2 d 3 h”."""
    start = timezone.now()
    return duration(start, start + timedelta(seconds=max(0.0, seconds)))


def dials(ticket: Ticket, now: datetime) -> list[Dial]:
    """The clocks of the first answer and of the solution."""
    desk = ticket_clocks.desk_of(ticket.organization_id)
    answer, solution = ticket_clocks.first_answer(ticket), ticket_clocks.resolution(ticket)
    is_answered = ticket.first_answered_at is not None
    found = [_dial(_("Solution"), solution, desk, now, is_over=not ticket.is_open)]
    if is_answered or ticket.is_open:
        found.insert(0, _dial(_("First answer"), answer, desk, now, is_over=is_answered))
    return found


def _dial(label: Text, clock: Clock, desk: Desk, now: datetime, *, is_over: bool) -> Dial:
    spent, left = clock.spent(now, desk), clock.left(now, desk)
    share = spent / clock.target_s if clock.target_s else 1.0
    if is_over:
        text, tone = gettext("took %(time)s") % {"time": span(spent)}, "faulted" if left < 0 else "available"
    elif left < 0:
        text, tone = gettext("%(time)s too late") % {"time": span(-left)}, "faulted"
    elif clock.running_since is None:
        text, tone = gettext("stands with %(time)s left") % {"time": span(left)}, "reserved"
    else:
        text, tone = gettext("%(time)s left") % {"time": span(left)}, "occupied" if share >= WARN_AT else "charging"
    due_at = None if is_over else clock.due(desk)
    return Dial(label, min(100, round(share * 100)), tone, text, due_at, span(clock.target_s))
