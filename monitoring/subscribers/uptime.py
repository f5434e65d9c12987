"""News that the uptime ledger rests on. What changes nothing there (a session begins, a plug is taken) is not kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from monitoring.domain.uptime import (
    CONNECTION,
    EVSE,
    OPERATOR,
    PROBLEM_OF_EVSE,
    PROBLEM_OF_STATION,
    STATION,
    connector,
    problem,
)
from monitoring.domain.uptime.signals import OFF, ON, Word, word_of
from monitoring.services import ledger
from monitoring.services.ledger import Heard
from stations.domain.commands import CommandKind, CommandState
from stations.journal import InBatches
from stations.models import Command, Connector, Evse, Fact


def _listen(facts: Sequence[Fact]) -> None:
    told = [_comings(facts), _statuses(facts), _events(facts), _appeared(facts), _moved(facts), _taken_out(facts)]
    ledger.hear_all([heard for some in told for heard in some])


on_facts = InBatches(_listen)


def _comings(facts: Sequence[Fact]) -> list[Heard]:
    """Of one that went: it was there until the last sign of it, which is the time of the fact."""
    value = {"station.connected": ON, "station.disconnected": OFF}
    return [
        Heard(fact.subject_id, CONNECTION, value[fact.kind], fact.at, fact=fact.pk, evidence=fact.data)
        for fact in facts
        if fact.kind in value
    ]


def _statuses(facts: Sequence[Fact]) -> list[Heard]:
    """Of connectors and of stations as a whole."""
    return [
        Heard(
            fact.data["station"] if fact.kind == "connector.status" else fact.subject_id,
            connector(fact.subject_id) if fact.kind == "connector.status" else STATION,
            word_of(fact.data["to"]),
            fact.at,
            evse_id=fact.data.get("evse"),
            detail=_error(fact),
            said_at=datetime.fromisoformat(fact.data["said_at"]),
            fact=fact.pk,
            evidence=fact.data,
        )
        for fact in facts
        if fact.kind in ("connector.status", "station.status") and _is_news(fact)
    ]


def _is_news(fact: Fact) -> bool:
    """Whether it means something else than before; of a fault also which it is."""
    word = word_of(fact.data["to"])
    return word is Word.FAULTED or word is not word_of(fact.data["from"])


def _error(fact: Fact) -> str:
    return str(fact.data.get("error_code", "")) if word_of(fact.data["to"]) is Word.FAULTED else ""


def _events(facts: Sequence[Fact]) -> list[Heard]:
    """What an OCPP 2.x station tells by NotifyEvent: that it, an EVSE or a connector has a problem, and the
    availability of an EVSE as a whole. (That of a connector and of the station arrive as their status.)"""
    told = [fact for fact in facts if fact.kind == "device.event" and _word_of_event(fact)]
    stations = {fact.data["station"] for fact in told}
    evses = {(row.station_id, row.number): row.pk for row in Evse.objects.filter(station__in=stations)}
    plugs: dict[tuple[int | None, int | None], int] = {
        (row.evse_id, row.number): row.pk
        for row in Connector.objects.filter(station__in=stations, number__isnull=False)
    }
    found = []
    for fact in told:
        evse_id = evses.get((fact.data["station"], fact.data["evse"]))
        channel = _channel_of_event(fact, evse_id, plugs)
        if channel is not None:
            found.append(
                Heard(
                    fact.data["station"],
                    channel,
                    _word_of_event(fact) or Word.UNKNOWN,
                    fact.at,
                    evse_id=None if channel == PROBLEM_OF_STATION else evse_id,
                    detail=fact.data["tech_code"] or fact.data["variable"],
                    said_at=datetime.fromisoformat(fact.data["said_at"]),
                    fact=fact.pk,
                    evidence=fact.data,
                )
            )
    return found


def _word_of_event(fact: Fact) -> Word | None:
    """What the event says; None: nothing that counts here."""
    variable, value = fact.data["variable"], fact.data["value"]
    if variable == "Problem":
        return Word.FAULTED if value.lower() == "true" and not fact.data["cleared"] else Word.WORKS
    if variable == "AvailabilityState" and fact.data["component"] == "EVSE":
        return _AVAILABILITY.get(value, Word.WORKS)
    return None


_AVAILABILITY = {"Faulted": Word.FAULTED, "Unavailable": Word.UNAVAILABLE}


def _channel_of_event(
    fact: Fact, evse_id: int | None, plugs: Mapping[tuple[int | None, int | None], int]
) -> str | None:
    component = fact.data["component"]
    if component == "ChargingStation":
        return PROBLEM_OF_STATION
    if component == "EVSE" and evse_id is not None:
        return EVSE if fact.data["variable"] == "AvailabilityState" else PROBLEM_OF_EVSE
    plug = plugs.get((evse_id, fact.data.get("connector")))
    return problem(plug) if component == "Connector" and evse_id is not None and plug is not None else None


def _appeared(facts: Sequence[Fact]) -> list[Heard]:
    told = _by_subject(facts, "connector.appeared")
    return [
        Heard(plug.station_id, connector(plug.pk), Word.UNKNOWN, fact.at, evse_id=plug.evse_id, fact=fact.pk)
        for plug in Connector.objects.filter(pk__in=told)
        for fact in told[plug.pk]
    ]


def _moved(facts: Sequence[Fact]) -> list[Heard]:
    """A connector belongs to another EVSE now, or is no more: it has no say in the ledger of the one it was at."""
    return [
        Heard(
            fact.data["station"],
            connector(fact.subject_id),
            Word.GONE if fact.kind == "connector.left" else word_of(fact.data["status"]),
            fact.at,
            evse_id=fact.data["evse"],
            fact=fact.pk,
        )
        for fact in facts
        if fact.kind in ("connector.left", "connector.moved")
    ]


def _taken_out(facts: Sequence[Fact]) -> list[Heard]:
    """An operator took an EVSE or a station out of service, or put it back."""
    done = [
        fact
        for fact in facts
        if fact.data.get("kind") == CommandKind.CHANGE_AVAILABILITY and fact.data.get("state") == CommandState.ACCEPTED
    ]
    told = _by_subject(done, "command.finished")
    return [_ordered(command, fact) for command in Command.objects.filter(pk__in=told) for fact in told[command.pk]]


def _ordered(command: Command, fact: Fact) -> Heard:
    number = command.values.get("evse")
    evse = Evse.objects.filter(station=command.station_id, number=number).first() if number else None
    return Heard(
        command.station_id,
        OPERATOR,
        ON if command.values.get("operative") else OFF,
        command.sent_at or fact.at,
        evse_id=evse.pk if evse else None,
        fact=fact.pk,
        evidence={"command": command.pk, "by": command.requested_by_id},
    )


def _by_subject(facts: Sequence[Fact], kind: str) -> Mapping[int, list[Fact]]:
    found: dict[int, list[Fact]] = {}
    for fact in facts:
        if fact.kind == kind:
            found.setdefault(fact.subject_id, []).append(fact)
    return found
