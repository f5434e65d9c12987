"""News that the uptime ledger rests on. What changes nothing there (a session begins, a plug is taken) is not kept."""

from datetime import datetime

from django.utils import timezone

from monitoring.domain.uptime import CONNECTION, OPERATOR, STATION, connector
from monitoring.domain.uptime.signals import OFF, ON, Word, word_of
from monitoring.services import ledger
from monitoring.services.ledger import Heard
from stations.domain.commands import CommandKind, CommandState
from stations.models import Command, Connector, Evse, Fact


def on_connected(fact: Fact) -> None:
    ledger.hear(Heard(fact.subject_id, CONNECTION, ON, fact.at, fact=fact.pk, evidence=fact.data))


def on_disconnected(fact: Fact) -> None:
    """It was there until the last sign of it, which is the time of the fact."""
    ledger.hear(Heard(fact.subject_id, CONNECTION, OFF, fact.at, fact=fact.pk, evidence=fact.data))


def on_connector_status(fact: Fact) -> None:
    if not _is_news(fact):
        return
    heard = Heard(
        fact.data["station"],
        connector(fact.subject_id),
        word_of(fact.data["to"]),
        fact.at,
        evse_id=fact.data["evse"],
        detail=_error(fact),
        said_at=datetime.fromisoformat(fact.data["said_at"]),
        fact=fact.pk,
        evidence=fact.data,
    )
    ledger.hear(heard)


def on_station_status(fact: Fact) -> None:
    if not _is_news(fact):
        return
    said_at = datetime.fromisoformat(fact.data["said_at"])
    word = word_of(fact.data["to"])
    heard = Heard(fact.subject_id, STATION, word, fact.at, detail=_error(fact), said_at=said_at, fact=fact.pk)
    ledger.hear(heard)


def _is_news(fact: Fact) -> bool:
    """Whether it means something else than before; of a fault also which it is."""
    word = word_of(fact.data["to"])
    return word is Word.FAULTED or word is not word_of(fact.data["from"])


def _error(fact: Fact) -> str:
    return str(fact.data.get("error_code", "")) if word_of(fact.data["to"]) is Word.FAULTED else ""


def on_connector_appeared(fact: Fact) -> None:
    found = Connector.objects.filter(pk=fact.subject_id).first()
    if found is not None:
        channel = connector(found.pk)
        ledger.hear(Heard(found.station_id, channel, Word.UNKNOWN, fact.at, evse_id=found.evse_id, fact=fact.pk))


def on_command_finished(fact: Fact) -> None:
    """An operator took an EVSE or a station out of service, or put it back."""
    if fact.data.get("kind") != CommandKind.CHANGE_AVAILABILITY or fact.data.get("state") != CommandState.ACCEPTED:
        return
    command = Command.objects.filter(pk=fact.subject_id).first()
    if command is None:
        return
    number = command.values.get("evse")
    evse = Evse.objects.filter(station=command.station_id, number=number).first() if number else None
    heard = Heard(
        command.station_id,
        OPERATOR,
        ON if command.values.get("operative") else OFF,
        command.sent_at or fact.at,
        evse_id=evse.pk if evse else None,
        fact=fact.pk,
        evidence={"command": command.pk, "by": command.requested_by_id},
    )
    ledger.hear(heard, now=timezone.now())
