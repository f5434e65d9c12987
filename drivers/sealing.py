"""Secrets that have to be read again, encrypted with the installation's FIELD_KEY wherever they are kept."""

import base64
import hashlib

from cryptography.fernet import Fernet
from django.conf import settings


def seal(secret: bytes) -> bytes:
    """The secret encrypted; another text each time."""
    return _fernet().encrypt(secret)


def unseal(sealed: bytes) -> bytes:
    """What `seal` hid. Raises cryptography.fernet.InvalidToken when FIELD_KEY has changed since."""
    return _fernet().decrypt(sealed)


def _fernet() -> Fernet:
    digest = hashlib.sha256(settings.FIELD_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
