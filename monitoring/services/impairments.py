"""What the uptime ledger is told of ports that say Available and cannot deliver."""

from datetime import datetime

from monitoring.domain.uptime import Cause
from monitoring.models import FailedStreak
from monitoring.services import ledger


def impair(streak: FailedStreak) -> None:
    """The port is down since the first failure of the streak."""
    evidence = {
        "streak": streak.pk,
        "attempts": streak.attempts,
        "people": streak.people,
        "is_zero_energy": streak.is_zero_energy,
    }
    ledger.impair(evse_id=streak.evse_id, since=streak.since, cause=Cause.CANNOT_CHARGE, evidence=evidence)


def restore(evse_id: int, *, at: datetime) -> None:
    """Somebody charged at the port again."""
    ledger.restore(evse_id=evse_id, at=at)
