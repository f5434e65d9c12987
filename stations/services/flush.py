"""Many rows in few statements: what a lane writes at the end of a batch."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def insert_many(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model without reading their keys back; COPY on PostgreSQL."""
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows)
        return
    fields: list[Any] = [field for field in model._meta.concrete_fields if not field.primary_key or field.remote_field]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([_stored(field, row) for field in fields])


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
        cursor.execute(sql, [[_stored(field, row) for row in rows] for field in fields])


def _stored(field: Any, row: models.Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)


def _type(field: Any) -> str:
    """The type of a field's column, without what makes it a key of its own."""
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))
