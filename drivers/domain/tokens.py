"""Whether an id token may charge, and why not. Names follow OCPP 2.0.1 `AuthorizationStatusEnumType`."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class TokenStatus(StrEnum):
    """What an operator sets on a token."""

    ACCEPTED = "accepted"
    BLOCKED = "blocked"


class TokenType(StrEnum):
    """OCPP 2.1 `IdTokenEnumStringType`; a 1.6 idTag is an ISO14443 card unless said otherwise.

    To OCPP 2.1 this is a free text of up to 20 characters, these are the words it explains; 2.0.1 knows no
    DirectPayment, EVCCID and VIN.
    """

    CENTRAL = "Central"
    DIRECT_PAYMENT = "DirectPayment"
    EMAID = "eMAID"
    EVCCID = "EVCCID"
    ISO14443 = "ISO14443"
    ISO15693 = "ISO15693"
    KEY_CODE = "KeyCode"
    LOCAL = "Local"
    MAC_ADDRESS = "MacAddress"
    NO_AUTHORIZATION = "NoAuthorization"
    VIN = "VIN"


class Verdict(StrEnum):
    """The answer to a charger that asks for a token."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    CONCURRENT_TX = "ConcurrentTx"
    NO_CREDIT = "NoCredit"


def judge(status: str, expires_at: datetime | None, at: datetime, *, balance: Decimal | None = None) -> Verdict:
    """The verdict on a known token at the aware instant `at`; an expiry is the first instant it is no longer valid.

    `balance`: what is left on a prepaid token, in the organization's currency; None for one that is not prepaid.
    """
    if status == TokenStatus.BLOCKED:
        return Verdict.BLOCKED
    if expires_at is not None and expires_at <= at:
        return Verdict.EXPIRED
    if balance is not None and balance <= 0:
        return Verdict.NO_CREDIT
    return Verdict.ACCEPTED
