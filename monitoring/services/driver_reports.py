"""What drivers report and add on their own pages: with their pictures, and a letter that says that it came."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from monitoring.domain.incoming_mail import Attached
from monitoring.models import Ticket, TicketMessage
from monitoring.services import ticket_files, ticket_letters, tickets


def report(*, files: Sequence[Attached], **details: Any) -> Ticket:
    """Open a ticket as `tickets.open_ticket` does. Sent twice, it is the same one. Raises ValidationError."""
    known = Ticket.objects.filter(organization=details["organization"], key=details["key"]).first()
    if known is not None:
        return known
    with ticket_files.stored(files) as kept, transaction.atomic():
        ticket = tickets.open_ticket(**details)
        kept.attach(ticket.messages.filter(author=TicketMessage.Author.DRIVER).order_by("id")[0])
        ticket_letters.confirm(ticket=ticket)
    return ticket


def add(*, ticket: Ticket, text: str, files: Sequence[Attached]) -> TicketMessage | None:
    """The driver adds something. Raises ValidationError."""
    with ticket_files.stored(files) as kept, transaction.atomic():
        message = tickets.take_in_reply(ticket=ticket, text=text)
        if message is not None:
            kept.attach(message)
    return message
