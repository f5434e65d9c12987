"""What the uptime ledger is told of ports that say Available and cannot deliver."""

from datetime import datetime

from monitoring.models import FailedStreak


def impair(streak: FailedStreak) -> None:
    """The port is down since the first failure of the streak."""


def restore(evse_id: int, *, at: datetime) -> None:
    """Somebody charged at the port again."""
