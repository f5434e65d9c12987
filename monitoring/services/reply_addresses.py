"""Where drivers answer to: an address that only the letter told them, and the ids of our letters.

`support+t-abc234-<proof>@…`: whoever writes to it has our letter, whatever the sender says. The proof is made of the
reference and the installation's key; nothing of it opens the driver's page.
"""

import base64
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from drivers.models import Organization
from monitoring.models import SupportPolicy, Ticket, TicketMessage

_PROOF = 20
_PLUS = re.compile(r"^(?P<local>[^+@]+)\+(?P<reference>t-[0-9a-z]{4,10})-(?P<proof>[0-9a-z]+)@(?P<host>.+)$")


def address_of(organization: Organization | int) -> str:
    """Where drivers write to; empty: nowhere."""
    pk = organization if isinstance(organization, int) else organization.pk
    own = SupportPolicy.objects.filter(organization=pk).values_list("address", flat=True).first()
    return (own or settings.SUPPORT_ADDRESS).lower()


def reply_to(ticket: Ticket) -> str:
    """Where a ticket's driver answers to; empty: nowhere but on the page."""
    address = address_of(ticket.organization_id)
    if not address:
        return ""
    local, _at, host = address.partition("@")
    reference = ticket.reference.lower()
    return f"{local}+{reference}-{_proof('reply', reference)}@{host}"


def ticket_answered(recipients: Iterable[str]) -> Ticket | None:
    """The ticket at whose own address a letter came."""
    for recipient in recipients:
        found = _PLUS.match(recipient)
        if found and constant_time_compare(found["proof"], _proof("reply", found["reference"])):
            ticket = Ticket.objects.filter(reference=found["reference"].upper()).first()
            if ticket is not None and _bare(recipient) == address_of(ticket.organization_id):
                return ticket
    return None


def organization_written_to(recipients: Iterable[str]) -> Organization | None:
    """Whose support a letter is meant for: by its address, or the only one there is."""
    bare = {_bare(recipient) for recipient in recipients}
    for policy in SupportPolicy.objects.exclude(address="").select_related("organization"):
        if policy.address.lower() in bare:
            return policy.organization
    if settings.SUPPORT_ADDRESS and settings.SUPPORT_ADDRESS.lower() not in bare:
        return None
    alone = list(Organization.objects.all()[:2])
    return alone[0] if len(alone) == 1 else None


def is_ours(sender: str) -> bool:
    """Whether a letter is from an address that we write from, or take letters at."""
    bare = _bare(sender)
    known = {settings.SUPPORT_ADDRESS.lower(), _address_in(settings.DEFAULT_FROM_EMAIL)}
    return bare in known or SupportPolicy.objects.filter(address__iexact=bare).exists()


def message_id(message: TicketMessage) -> str:
    """The id of a letter: the same whenever it is sent again, and not to be guessed."""
    name = f"{message.ticket.reference}.{message.pk}".lower()
    host = urlsplit(settings.PORTAL_URL).hostname or "busbar"
    return f"<{name}.{_proof('letter', name)}@{host}>"


def _bare(address: str) -> str:
    local, _at, host = address.lower().partition("@")
    return f"{local.partition('+')[0]}@{host}"


def _address_in(sender: str) -> str:
    return sender.rpartition("<")[2].rstrip("> ").strip().lower()


def _proof(salt: str, text: str) -> str:
    """A hundred bits, in letters that survive being written small."""
    digest = salted_hmac(f"monitoring.tickets.{salt}", text, algorithm="sha256").digest()
    return base64.b32encode(digest).decode().lower()[:_PROOF]
