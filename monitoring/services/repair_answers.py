"""What a station's answer makes of a step."""

from dataclasses import dataclass

from monitoring.domain.playbooks import DISRUPTIVE, Result
from monitoring.models import RepairStep
from stations.domain.commands import OPEN_STATES, CommandState
from stations.models import Command

_NEVER_SENT = (CommandState.EXPIRED, CommandState.WITHDRAWN)
_UNANSWERED = (CommandState.TIMEOUT, CommandState.UNKNOWN)
# It would be done at some later time, with nobody looking.
_LATER = "Scheduled"


@dataclass(frozen=True, slots=True)
class Outcome:
    result: Result
    answer: str = ""


def read(row: RepairStep, command: Command | None) -> Outcome | None:
    """None while the command is under way."""
    if command is None:
        return Outcome(Result.REFUSED)
    if command.state in OPEN_STATES:
        return None
    if command.state in _NEVER_SENT:
        return Outcome(Result.WITHHELD, command.error)
    status = str(command.answer.get("status") or command.error_code or "")
    if command.state in _UNANSWERED:
        # Many stations do not answer a reset, but do it; nobody knows of an unlock whose connection broke.
        return Outcome(Result.TAKEN if row.step in DISRUPTIVE else Result.REFUSED, command.error)
    if command.state in (CommandState.REJECTED, CommandState.FAILED) or status == _LATER:
        return Outcome(Result.REFUSED, status)
    return Outcome(Result.TAKEN, status)
