"""Station passwords (security profiles 1 and 2)."""

import binascii
import hashlib
import hmac
import os

# Cheap enough for a reconnect storm, dear enough that a stolen table of real (long, random) passwords is worthless.
_COST = {"n": 2**11, "r": 8, "p": 1}
_SCHEME = "scrypt11"


def hash_password(password: str) -> str:
    """`scheme$salt$hash` in hex; a new salt each time."""
    salt = os.urandom(16)
    return f"{_SCHEME}${salt.hex()}${_derive(password.encode(), salt).hex()}"


def verify_password(sent: bytes, stored: str) -> bool:
    """Whether `sent`, as the charger put it into the header, is the password behind `stored`.

    A 1.6 AuthorizationKey is set as hex text; chargers then send either that text or the bytes it stands for
    (security white paper, 1.6 edition 3, section 2.3), so the hex of what was sent is tried as well.
    """
    scheme, _, rest = stored.partition("$")
    salt_hex, _, hash_hex = rest.partition("$")
    if scheme != _SCHEME:
        return False
    salt, expected = bytes.fromhex(salt_hex), bytes.fromhex(hash_hex)
    candidates = (sent, binascii.hexlify(sent), binascii.hexlify(sent).upper())
    return any(hmac.compare_digest(_derive(candidate, salt), expected) for candidate in candidates)


def _derive(password: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(password, salt=salt, n=_COST["n"], r=_COST["r"], p=_COST["p"], dklen=32)
