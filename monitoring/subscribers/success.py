"""What happens at ports becomes attempts to charge."""

from collections.abc import Sequence
from datetime import datetime

from monitoring.services import attempts
from stations.domain.commands import CommandKind
from stations.journal import InBatches
from stations.models import Command, Connector, Fact, Session


def on_session(fact: Fact) -> None:
    """A session has ended, or what is known of one that had was put right."""
    sessions = Session.objects.select_related("station__site", "connector").filter(pk=fact.subject_id)
    attempts.of_sessions(list(sessions))


def on_command_finished(fact: Fact) -> None:
    """A remote start may have come to nothing."""
    if fact.data.get("kind") != CommandKind.REMOTE_START:
        return
    command = Command.objects.select_related("station__site").filter(pk=fact.subject_id).first()
    if command is not None:
        attempts.of_command(command)


def _follow_plugs(facts: Sequence[Fact]) -> None:
    """Somebody plugs in, charges, leaves."""
    told = [fact for fact in facts if attempts.concerns(fact.data["from"], fact.data["to"])]
    plugs = Connector.objects.select_related("station__site").in_bulk([fact.subject_id for fact in told])
    for fact in told:
        if fact.subject_id in plugs:
            at = datetime.fromisoformat(fact.data["said_at"])
            attempts.of_status(plugs[fact.subject_id], before=fact.data["from"], after=fact.data["to"], at=at)


on_connector_statuses = InBatches(_follow_plugs)
