"""The short code of an EVSE: on its label, in the address its QR code leads to, typed by who cannot scan it."""

import secrets

# Nothing that looks like something else: no 0 and O, no 1, I and L, no U and V that meet.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8


def new_code() -> str:
    """A code nobody can guess from another one."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def typed(text: str) -> str:
    """The code somebody typed, as it is stored: in either case, with or without the gap it is printed with."""
    return "".join(text.upper().split()).replace("-", "")


def printed(code: str) -> str:
    """With a gap, which is easier to read."""
    return f"{code[: LENGTH // 2]} {code[LENGTH // 2 :]}"
