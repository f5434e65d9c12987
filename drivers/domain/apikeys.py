"""What a key of the REST API looks like and what it may be used for."""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

PREFIX_LENGTH = 12
# A key in heavy use is not a row in heavy use.
USE_NOTED_EVERY = timedelta(minutes=1)


class Scope(StrEnum):
    """What a key may be used for; it never does more than its person may."""

    READ = "read"
    WRITE = "write"
    COMMAND = "command"


def digest(key: str) -> str:
    """The hex SHA-256 of a key, which is all that is stored: keys are random enough to need no slow hash."""
    return sha256(key.encode()).hexdigest()


def use_is_worth_noting(last_used_at: datetime | None, now: datetime) -> bool:
    return last_used_at is None or now - last_used_at >= USE_NOTED_EVERY
