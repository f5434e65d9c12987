"""Letters of a ticket's conversation: claimed, sent outside of any transaction, written down with what became of them.

A sender that dies between handing a letter over and writing that down leaves it due: it is sent once more, with the
same Message-ID, by which mail programs know it again.
"""

from datetime import datetime, timedelta

import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from drivers import clock
from drivers.domain.phrases import english
from monitoring.models import Ticket, TicketMessage
from monitoring.notifiers import ticket_letter
from monitoring.notifiers.base import Undelivered
from monitoring.notifiers.ticket_letter import Letter
from monitoring.services import reply_addresses, ticket_tokens

MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=1)
CHUNK = 50
# As many as a mail program follows.
MOST_REFERENCES = 20

State, Author = TicketMessage.Letter, TicketMessage.Author

log = structlog.get_logger(__name__)


def confirm(*, ticket: Ticket) -> TicketMessage | None:
    """Tell the driver that it came, and where to follow it; it is no answer yet. None: no address, or told before."""
    if not ticket.email or ticket.messages.filter(author=Author.SYSTEM, is_internal=False).exists():
        return None
    now = clock.now()
    with language_of(ticket):
        text = _(
            "We have received your report. Its reference is %(reference)s. We will write to you here; you can add to "
            "it by answering this letter."
        ) % {"reference": ticket.reference}
    with transaction.atomic():
        return TicketMessage.objects.create(
            ticket=ticket, author=Author.SYSTEM, body=text, at=now, letter=State.WAITING, letter_due_at=now
        )


def send_due(*, now: datetime | None = None) -> int:
    """Send those that are due. How many left."""
    now = now or clock.now()
    rows = TicketMessage.objects.filter(letter_due_at__lte=now).select_related("ticket__organization", "ticket__driver")
    return sum(_send(message, now) for message in rows.order_by("letter_due_at", "id")[:CHUNK])


def _send(message: TicketMessage, now: datetime) -> int:
    attempts = message.letter_attempts + 1
    own_id = reply_addresses.message_id(message)
    again = now + FIRST_PAUSE * 2**attempts
    with transaction.atomic():
        # Claimed first: nobody else sends it meanwhile.
        mine = TicketMessage.objects.filter(pk=message.pk, letter=State.WAITING, letter_due_at=message.letter_due_at)
        if not mine.update(letter_due_at=again, letter_attempts=attempts, message_id=own_id):
            return 0
    try:
        ticket_letter.send(_letter(message, own_id))
    except Undelivered as problem:
        _failed(message, again, str(problem), is_final=problem.is_final or attempts >= MOST_ATTEMPTS)
        return 0
    except InvalidToken:
        _failed(message, again, english("The key that opens its secrets has changed."), is_final=True)
        return 0
    claimed = TicketMessage.objects.filter(pk=message.pk, letter_due_at=again)
    with transaction.atomic():
        claimed.update(letter=State.SENT, letter_due_at=None, sent_at=clock.now(), problem="")
    return 1


def _failed(message: TicketMessage, again: datetime, problem: str, *, is_final: bool) -> None:
    log.warning("ticket.letter_not_sent", message=message.pk, problem=problem)
    changes: dict[str, object] = {"problem": problem[:300]}
    if is_final:
        changes |= {"letter": State.FAILED, "letter_due_at": None}
    with transaction.atomic():
        TicketMessage.objects.filter(pk=message.pk, letter_due_at=again).update(**changes)


def page_of(ticket: Ticket) -> str:
    """The address of the driver's page. Raises InvalidToken when FIELD_KEY has changed."""
    return f"{settings.PORTAL_URL}{reverse('monitoring:help-ticket', args=[ticket_tokens.token_of(ticket)])}"


def language_of(ticket: Ticket) -> "translation.override":
    """While it lasts, texts are in the driver's language."""
    told = ticket.language or (ticket.driver.language if ticket.driver else "")
    return translation.override(told if told in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)


def _letter(message: TicketMessage, own_id: str) -> Letter:
    ticket = message.ticket
    earlier = ticket.messages.filter(is_internal=False, id__lt=message.pk).exclude(message_id="")
    known = list(earlier.order_by("-id").values_list("author", "message_id")[:MOST_REFERENCES])
    return Letter(
        message=message,
        to=ticket.email,
        page=page_of(ticket),
        reply_to=reply_addresses.reply_to(ticket),
        message_id=own_id,
        in_reply_to=next((told for author, told in known if author == Author.DRIVER), known[0][1] if known else ""),
        references=tuple(told for _author, told in reversed(known)),
        language=language_of(ticket),
    )
