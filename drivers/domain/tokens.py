"""Whether an id token may charge, and why not. Names follow OCPP 2.0.1 `AuthorizationStatusEnumType`."""

from datetime import datetime
from enum import StrEnum


class TokenStatus(StrEnum):
    """What an operator sets on a token."""

    ACCEPTED = "accepted"
    BLOCKED = "blocked"


class TokenType(StrEnum):
    """OCPP 2.0.1 `IdTokenEnumType`; a 1.6 idTag is an ISO14443 card unless said otherwise."""

    CENTRAL = "Central"
    EMAID = "eMAID"
    ISO14443 = "ISO14443"
    ISO15693 = "ISO15693"
    KEY_CODE = "KeyCode"
    LOCAL = "Local"
    MAC_ADDRESS = "MacAddress"
    NO_AUTHORIZATION = "NoAuthorization"


class Verdict(StrEnum):
    """The answer to a charger that asks for a token."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    CONCURRENT_TX = "ConcurrentTx"


def judge(status: str, expires_at: datetime | None, at: datetime) -> Verdict:
    """The verdict on a known token at the aware instant `at`; an expiry is the first instant it is no longer valid."""
    if status == TokenStatus.BLOCKED:
        return Verdict.BLOCKED
    if expires_at is not None and expires_at <= at:
        return Verdict.EXPIRED
    return Verdict.ACCEPTED
