"""Letters that drivers write: an answer goes to its ticket, anything else becomes one. A letter counts once."""

from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from drivers import clock
from drivers.models import User
from monitoring.domain.incoming_mail import Incoming, NotALetter, parse
from monitoring.domain.references import found_in
from monitoring.models import Ticket, TicketMessage
from monitoring.services import reply_addresses, ticket_files, ticket_letters, tickets

# Two programs that answer each other write more; so does nobody who needs help.
MOST_AN_HOUR = 20

log = structlog.get_logger(__name__)


class Taken(StrEnum):
    """What became of a letter."""

    ANSWER = "answer"
    TICKET = "ticket"
    KNOWN = "known"  # it had come before
    IGNORED = "ignored"  # a program wrote it, or we did
    NOBODYS = "nobodys"  # it is not known for whom it is
    TOO_MANY = "too_many"


def take_in(raw: bytes) -> Taken:
    """Read a letter and put it where it belongs; all of it is stored when this returns. Raises NotALetter."""
    letter = parse(raw)
    try:
        taken = _take_in(letter)
    except ValidationError as problem:
        raise NotALetter("; ".join(problem.messages)) from problem
    log.info("letter.came", taken=taken.value, message_id=letter.message_id[:80], automatic=letter.automatic)
    return taken


def _take_in(letter: Incoming) -> Taken:
    if letter.automatic or reply_addresses.is_ours(letter.sender):
        return Taken.IGNORED
    if _is_flood(letter.sender):
        return Taken.TOO_MANY
    ticket = _answered(letter)
    if ticket is not None:
        return _answer(ticket, letter)
    return _open(letter)


def _answered(letter: Incoming) -> Ticket | None:
    """The ticket it answers. An address or an id of ours is proof, since only its driver was told; a reference in the
    subject or the id of a driver's own letter is none, and the sender has to be who reported it."""
    if (ticket := reply_addresses.ticket_answered(letter.recipients)) is not None:
        return ticket
    known = list(
        TicketMessage.objects.filter(message_id__in=letter.answers)
        .select_related("ticket__driver")
        .order_by("-id")[:20]
    )
    if ours := [message for message in known if message.author != TicketMessage.Author.DRIVER]:
        return ours[0].ticket
    named = Ticket.objects.filter(reference=found_in(letter.subject)).select_related("driver").first()
    likely = [*([named] if named else []), *(message.ticket for message in known)]
    return next((ticket for ticket in likely if ticket.email.lower() == letter.sender), None)


def _answer(ticket: Ticket, letter: Incoming) -> Taken:
    if letter.message_id and ticket.messages.filter(message_id=letter.message_id).exists():
        return Taken.KNOWN
    with ticket_files.stored(letter.attachments) as files, transaction.atomic():
        message = tickets.take_in_reply(ticket=ticket, text=_words(letter), message_id=letter.message_id)
        if message is None:
            return Taken.KNOWN
        _keep_quoted(message, letter)
        files.attach(message)
    return Taken.ANSWER


def _open(letter: Incoming) -> Taken:
    organization = reply_addresses.organization_written_to(letter.recipients)
    if organization is None:
        return Taken.NOBODYS
    key = "mail:" + sha256(f"{letter.sender} {letter.message_id}".encode()).hexdigest()
    if Ticket.objects.filter(organization=organization, key=key).exists():
        return Taken.KNOWN
    driver = User.objects.filter(email__iexact=letter.sender, is_active=True).first()
    with ticket_files.stored(letter.attachments) as files, transaction.atomic():
        ticket = tickets.open_ticket(
            organization=organization,
            key=key,
            subject=letter.subject or _("A letter without a subject"),
            body=_words(letter),
            source=Ticket.Source.EMAIL,
            contact_email=letter.sender,
            contact_name=letter.name,
            language=_language(letter, driver),
            message_id=letter.message_id,
        )
        message = ticket.messages.order_by("id")[0]
        _keep_quoted(message, letter)
        files.attach(message)
        ticket_letters.confirm(ticket=ticket)
    return Taken.TICKET


def _words(letter: Incoming) -> str:
    return letter.text or letter.subject or "–"


def _keep_quoted(message: TicketMessage, letter: Incoming) -> None:
    if letter.quoted:
        TicketMessage.objects.filter(pk=message.pk).update(quoted=letter.quoted)


def _language(letter: Incoming, driver: User | None) -> str:
    """Of the account, else as the letter says, where we speak it."""
    told = (driver.language if driver else "") or letter.language
    return told if told and translation.check_for_language(told) else ""


def _is_flood(sender: str) -> bool:
    lately = TicketMessage.objects.filter(
        ticket__contact_email__iexact=sender,
        author=TicketMessage.Author.DRIVER,
        at__gt=clock.now() - timedelta(hours=1),
    ).exclude(message_id="")
    return lately.count() >= MOST_AN_HOUR
