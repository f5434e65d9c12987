"""The secret of a driver's own ticket page: its hash finds the ticket, the sealed copy goes into letters."""

import hashlib
import secrets

from drivers.sealing import seal, unseal
from monitoring.models import Ticket


def new_token() -> str:
    """192 bits, fit for an address."""
    return secrets.token_urlsafe(24)


def give(ticket: Ticket) -> str:
    """A new token for an unsaved ticket, or in place of the one it has; the caller saves."""
    token = new_token()
    ticket.token_hash, ticket.sealed_token = _hash(token), seal(token.encode())
    return token


def token_of(ticket: Ticket) -> str:
    """The token, for a letter to its driver. Raises cryptography.fernet.InvalidToken when FIELD_KEY has changed."""
    return unseal(bytes(ticket.sealed_token)).decode()


def find(token: str) -> Ticket | None:
    """The ticket whose token this is."""
    tickets = Ticket.objects.select_related("organization", "site", "station", "evse", "session", "driver")
    return tickets.filter(token_hash=_hash(token)).first()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
