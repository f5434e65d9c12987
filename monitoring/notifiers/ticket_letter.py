"""A letter of a ticket's conversation, in the driver's language, as text and as plain HTML."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from monitoring.domain.incoming_mail import CUT
from monitoring.models import TicketMessage
from monitoring.notifiers.email import hand_over


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent to whom. Ids stand in their brackets; `reply_to` empty: answers are read on the page alone."""

    message: TicketMessage
    to: str
    page: str
    reply_to: str
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    language: AbstractContextManager[object]


def send(letter: Letter) -> None:
    """Raises Undelivered."""
    ticket = letter.message.ticket
    with letter.language:
        context = {"letter": letter, "message": letter.message, "ticket": ticket, "cut": CUT}
        mail = EmailMultiAlternatives(
            f"Re: {ticket.subject} [{ticket.reference}]",
            render_to_string("monitoring/mail/ticket.txt", context),
            from_email=formataddr((ticket.organization.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])),
            to=[letter.to],
            reply_to=[letter.reply_to] if letter.reply_to else None,
            headers=_headers(letter),
        )
        mail.attach_alternative(render_to_string("monitoring/mail/ticket.html", context), "text/html")
    hand_over(mail)


def _headers(letter: Letter) -> dict[str, str]:
    found = {"Message-ID": letter.message_id}
    if letter.message.by_id is None:
        # RFC 3834 section 5: nobody's program answers it.
        found["Auto-Submitted"] = "auto-replied"
    if letter.in_reply_to:
        found["In-Reply-To"] = letter.in_reply_to
    if letter.references:
        found["References"] = " ".join(letter.references)
    return found
