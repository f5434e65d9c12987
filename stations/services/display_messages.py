"""Messages on stations' displays (OCPP 2.x O): given, refused, told, removed."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Max

from stations.models import DisplayMessage, Station
from stations.services.work import Work

State = DisplayMessage.State

_CONTENT = (
    *("priority", "shown_while", "starts_at", "ends_at", "transaction_id", "component", "component_instance"),
    *("evse_number", "format", "language", "content", "extras"),
)


def new_number(*, station: Station, at: datetime) -> int:
    """A number no message of the station has; the message itself comes with its answer. Call it in a transaction."""
    highest = DisplayMessage.objects.filter(station=station).aggregate(Max("number"))["number__max"]
    number = max(0, highest or 0) + 1
    DisplayMessage.objects.create(station=station, number=number, changed_at=at)
    return number


def answered(*, work: Work, station: Station, message: DisplayMessage, status: str, reason: str, at: datetime) -> None:
    """A station took a message, or refused it: then the one it may have under this number stays (O01, O06)."""
    row = DisplayMessage.objects.filter(station=station, number=message.number).first()
    row = row or DisplayMessage(station=station, number=message.number)
    taken = status == "Accepted"
    if taken or row.state != State.INSTALLED:
        for name in _CONTENT:
            setattr(row, name, getattr(message, name))
        row.state = State.INSTALLED if taken else State.REFUSED
    row.refusal, row.refusal_reason = ("", "") if taken else (status, reason)
    row.changed_at = at
    row.save()
    work.nudge_station(station)


def told(*, station: Station, messages: Sequence[DisplayMessage], at: datetime) -> None:
    """A station told messages that it has."""
    rows = {message.number: message for message in messages}
    for message in rows.values():
        message.station, message.state, message.changed_at = station, State.INSTALLED, at
    if rows:
        DisplayMessage.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["station", "number"],
            update_fields=["state", "changed_at", *_CONTENT],
        )


def removed(*, work: Work, station: Station, numbers: Sequence[int], at: datetime) -> None:
    """A station has these messages no longer."""
    rows = DisplayMessage.objects.filter(station=station, number__in=numbers)
    rows.update(state=State.REMOVED, changed_at=at)
    work.nudge_station(station)


def all_told(*, station: Station, since: datetime) -> None:
    """A station has told all its messages, from `since` on: what it did not name is gone."""
    rows = DisplayMessage.objects.filter(station=station, state=State.INSTALLED, changed_at__lt=since)
    rows.update(state=State.REMOVED, changed_at=since)
