"""Many rows in few statements: what a lane writes at the end of a batch."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, models


class NewFrame(NamedTuple):
    """A row of Frame that is to be inserted."""

    station_id: int
    at: datetime
    direction: str
    body: bytes
    connection_id: int | None = None
    action: str = ""
    message_id: str = ""
    type: int | None = None


class NewEvent(NamedTuple):
    """A row of SessionEvent that is to be inserted."""

    session_id: int
    seq_no: int
    digest: bytes
    event_type: str
    trigger_reason: str
    offline: bool
    at: datetime
    received_at: datetime


class NewSample(NamedTuple):
    """A row of MeterSample that is to be inserted."""

    station_id: int
    session_id: int | None
    evse_id: int | None
    at: datetime
    at_said: datetime | None
    received_at: datetime
    context: str
    energy_wh: float | None
    power_w: float | None
    current_a: float | None
    voltage_v: float | None
    soc_percent: float | None
    values: str


def insert_many(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model without reading their keys back; COPY on PostgreSQL."""
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows)
        return
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.primary_key or field.remote_field]
    _copy(model, [field.column for field in fields], ([_stored(field, row) for field in fields] for row in rows))


def insert_new(model: type[models.Model], rows: Sequence[NewFrame | NewEvent | NewSample]) -> None:
    """Insert rows that never were objects of their model: making those costs more than all else here."""
    if not rows:
        return
    columns = rows[0]._fields
    if connection.vendor == "postgresql":
        _copy(model, columns, rows)
        return
    table, quoted = _names(model, columns)
    adapt = connection.ops.adapt_datetimefield_value
    values = [[adapt(value) if isinstance(value, datetime) else value for value in row] for row in rows]
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({places})", values)  # noqa: S608 - names of ours


def _copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    table, quoted = _names(model, columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _names(model: type[models.Model], columns: Sequence[str]) -> tuple[str, str]:
    quote = connection.ops.quote_name
    return quote(model._meta.db_table), ", ".join(quote(column) for column in columns)


def update_many(rows: Sequence[models.Model], names: Iterable[str]) -> None:
    """Update the named fields of rows of one model, by primary key, in one round trip."""
    if not rows:
        return
    meta = type(rows[0])._meta
    fields: list[Any] = [meta.pk, *(meta.get_field(name) for name in sorted(names))]
    columns = [connection.ops.quote_name(field.column) for field in fields]
    table = connection.ops.quote_name(meta.db_table)
    if connection.vendor == "postgresql":
        _update_from_arrays(table, columns, fields, rows)
        return
    assignments = ", ".join(f"{column} = %s" for column in columns[1:])
    sql = f"UPDATE {table} SET {assignments} WHERE {columns[0]} = %s"  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        cursor.executemany(sql, [[*(_stored(field, row) for field in fields[1:]), row.pk] for row in rows])


def _update_from_arrays(
    table: str, columns: Sequence[str], fields: Sequence[Any], rows: Sequence[models.Model]
) -> None:
    """PostgreSQL: one statement, one array a column; far cheaper there than a statement a row."""
    arrays = ", ".join(f"%s::{_type(field)}[]" for field in fields)
    assignments = ", ".join(f"{column} = changed.{column}" for column in columns[1:])
    sql = (
        f"UPDATE {table} SET {assignments} FROM unnest({arrays}) AS changed({', '.join(columns)})"  # noqa: S608
        f" WHERE {table}.{columns[0]} = changed.{columns[0]}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [_array(field, rows) for field in fields])


def _array(field: Any, rows: Sequence[models.Model]) -> Any:
    """A column's values as PostgreSQL writes an array: psycopg would look at each value twice."""
    name = field.attname
    try:
        return "{" + ",".join([_ELEMENT[type(value := getattr(row, name))](value) for row in rows]) + "}"
    except KeyError:
        # Something that only its field knows how to store.
        return [_stored(field, row) for row in rows]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_ELEMENT: dict[type, Any] = {
    type(None): lambda value: "NULL",
    bool: str,
    int: str,
    float: repr,
    datetime: datetime.isoformat,
    str: _quoted,
    bytes: lambda value: '"\\\\x' + value.hex() + '"',
}


def _stored(field: Any, row: models.Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)


def _type(field: Any) -> str:
    """The type of a field's column, without what makes it a key of its own."""
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))
