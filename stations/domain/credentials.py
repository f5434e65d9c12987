"""Station passwords (security profiles 1 and 2)."""

import binascii
import hashlib
import hmac
import os
import re
import secrets
from enum import StrEnum

from drivers.domain.phrases import Phrase

# Cheap enough for a reconnect storm, dear enough that a stolen table of real (long, random) passwords is worthless.
_COST = {"n": 2**11, "r": 8, "p": 1}
_TEXT = "scrypt11"
# The password is hex digits: what is derived is their lower case.
_HEX = "scrypt11-hex"
_HEX_DIGITS = re.compile(rb"(?:[0-9A-Fa-f]{2}){8,}")
# OCPP 1.6 takes 20 bytes at most (security white paper A00.FR.205), OCPP 2.x 40 characters (A00.FR.205).
_NEW_BYTES = 20


class Credential(StrEnum):
    """What a station proved itself with."""

    NOTHING = "nothing"
    CURRENT = "current password"
    NEXT = "next password"
    PREVIOUS = "previous password"
    CERTIFICATE = "certificate"


def new_password() -> str:
    """A random password that every version takes: 40 hex digits, 160 bits (A01.FR.07)."""
    return secrets.token_hex(_NEW_BYTES)


def hash_password(password: str) -> str:
    """`scheme$salt$hash` in hex; a new salt each time."""
    salt = os.urandom(16)
    scheme, known = _known_form(password.encode())
    return f"{scheme}${salt.hex()}${_derive(known, salt).hex()}"


def verify_password(sent: bytes, stored: str) -> bool:
    """Whether `sent`, as the charger put it into the header, is the password behind `stored`.

    A 1.6 AuthorizationKey is set as hex digits; chargers then send either these, in upper or lower case, or the bytes
    they stand for, which need not be UTF-8 (security white paper, 1.6 edition 3, section 2.3).
    """
    scheme, _, rest = stored.partition("$")
    salt_hex, _, hash_hex = rest.partition("$")
    if scheme not in (_TEXT, _HEX):
        return False
    salt, expected = bytes.fromhex(salt_hex), bytes.fromhex(hash_hex)
    candidates = _hex_forms(sent) if scheme == _HEX else [sent]
    return any(hmac.compare_digest(_derive(candidate, salt), expected) for candidate in candidates)


def _known_form(password: bytes) -> tuple[str, bytes]:
    return (_HEX, password.lower()) if _HEX_DIGITS.fullmatch(password) else (_TEXT, password)


def _hex_forms(sent: bytes) -> list[bytes]:
    """The hex digits that `sent` may stand for, the likelier ones first: bytes may happen to look like hex digits."""
    decoded = binascii.hexlify(sent)
    return [sent.lower(), decoded] if _HEX_DIGITS.fullmatch(sent) else [decoded]


def _derive(password: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(password, salt=salt, n=_COST["n"], r=_COST["r"], p=_COST["p"], dklen=32)


def upgrade_problem(*, present: int, wanted: int, has_password: bool, has_certificate: bool) -> Phrase | None:
    """Why a station cannot be told to use security profile `wanted`, for a person; None: it can.

    A profile is never lowered over OCPP (2.0.1 and 1.6 white paper A00.FR.005); what the new one needs has to be there
    before (A05).
    """
    if not 1 <= wanted <= 3:
        return Phrase("Security profiles to rise to are 1, 2 and 3.")
    if wanted <= present:
        return Phrase(
            "The station has profile %(present)s. A security profile can only be raised over OCPP, never lowered.",
            present=present,
        )
    if wanted in (1, 2) and not has_password:
        return Phrase(
            "Profile %(wanted)s needs a password, and the station has none. Rotate its password first.", wanted=wanted
        )
    if wanted == 3 and not has_certificate:
        return Phrase("Profile 3 needs a client certificate, and the station has none. Have it sign one first.")
    return None
