"""The reference of a ticket: said on the phone, typed from a letter."""

import re
import secrets

from stations.domain.public_codes import ALPHABET

_LENGTH = 6
_PATTERN = re.compile(rf"\b[Tt]-?([{ALPHABET}{ALPHABET.lower()}]{{{_LENGTH}}})\b")


def new_reference() -> str:
    """One of seven hundred million; it alone opens nothing."""
    return "T-" + "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))


def found_in(text: str) -> str:
    """The first reference in a text, such as the subject of a letter; empty: none."""
    match = _PATTERN.search(text)
    return f"T-{match.group(1).upper()}" if match else ""
