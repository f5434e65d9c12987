"""What time it is for services. A past that is written afterwards (the demo network's) goes through the same services
as the present, and says what time it was then; for everybody else it is now."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_then: ContextVar[datetime | None] = ContextVar("then", default=None)


def now() -> datetime:
    """The time (UTC)."""
    return _then.get() or timezone.now()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside, in this thread, it is `moment`."""
    token = _then.set(moment)
    try:
        yield
    finally:
        _then.reset(token)
