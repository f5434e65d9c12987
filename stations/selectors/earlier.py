"""What is so before a command changes it, noted with the command so that it can be undone."""

from collections.abc import Mapping, Sequence
from typing import Any

from stations.domain.commands import CommandKind as Kind
from stations.domain.configuration import Key, key_named
from stations.domain.status import ConnectorStatus
from stations.domain.times import render
from stations.models import Connector, DisplayMessage, Variable

Values = Mapping[str, Any]


def before(kind: Kind, asked: Sequence[tuple[int, Values]]) -> list[dict[str, Any]]:
    """What `stations.domain.undo` needs to know of each; `asked`: station and the command's parameters. One query, and
    none for kinds that leave nothing to go back to."""
    if kind is Kind.SET_VARIABLES:
        return _variables(asked)
    if kind is Kind.CHANGE_AVAILABILITY:
        return _operative(asked)
    return _messages(asked) if kind is Kind.CLEAR_DISPLAY_MESSAGE else [{} for _ in asked]


def _variables(asked: Sequence[tuple[int, Values]]) -> list[dict[str, Any]]:
    """The values the stations told; None for what they did not tell, or would not."""
    keys = [(pk, [key_named(variable) for variable in values["variables"]]) for pk, values in asked]
    names = {key.name for _, some in keys for key in some}
    rows = Variable.objects.filter(station__in={pk for pk, _ in keys}, name__in=names, refusal="")
    told = {
        (row.station_id, Key(*(getattr(row, name) for name in Key._fields))): row.value
        for row in rows
        # A refused change makes a row of a variable that was never told.
        if row.value or row.mutability or row.reported_at != row.changed_at
    }
    return [{"variables": [told.get((pk, key)) for key in some]} for pk, some in keys]


def _operative(asked: Sequence[tuple[int, Values]]) -> list[dict[str, Any]]:
    """Whether all that is meant was in service, or none of it was; nothing where it was mixed or is not known."""
    rows = Connector.objects.filter(station__in={pk for pk, _ in asked}).exclude(status=ConnectorStatus.UNKNOWN)
    known: dict[int, list[tuple[int, int, bool]]] = {}
    for station, evse, number, status in rows.values_list("station", "evse__number", "number", "status"):
        known.setdefault(station, []).append((evse, number, status != ConnectorStatus.UNAVAILABLE))

    def one(pk: int, values: Values) -> dict[str, Any]:
        evse, connector = values.get("evse"), values.get("connector")
        meant = {on for e, c, on in known.get(pk, []) if evse in (None, e) and connector in (None, c)}
        return {"operative": meant.pop()} if len(meant) == 1 else {}

    return [one(pk, values) for pk, values in asked]


def _messages(asked: Sequence[tuple[int, Values]]) -> list[dict[str, Any]]:
    """The message that is removed, as it would be set again."""
    rows = DisplayMessage.objects.filter(
        station__in={pk for pk, _ in asked}, number__in={values["id"] for _, values in asked}
    )
    shown = {(row.station_id, row.number): {"message": _as_set(row)} for row in rows if row.content}
    return [shown.get((pk, values["id"]), {}) for pk, values in asked]


def _as_set(row: DisplayMessage) -> dict[str, Any]:
    columns = {
        "content": row.content,
        "id": row.number,
        "format": row.format,
        "language": row.language,
        "priority": row.priority,
        "state": row.shown_while,
        "starts_at": render(row.starts_at) if row.starts_at else "",
        "ends_at": render(row.ends_at) if row.ends_at else "",
        "transaction_id": row.transaction_id,
        "component": row.component,
        "evse": row.evse_number,
        "extras": row.extras,
    }
    return {name: value for name, value in columns.items() if value}
