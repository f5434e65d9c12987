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
    meta = type(rows[0])._meta
    fields: list[Any] = [meta.get_field(name) for name in sorted(names)]
    key: Any = meta.pk
    quote = connection.ops.quote_name
    assignments = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    sql = f"UPDATE {quote(meta.db_table)} SET {assignments} WHERE {quote(key.column)} = %s"  # noqa: S608 - names of ours
    with connection.cursor() as cursor:
        cursor.executemany(sql, [[*(_stored(field, row) for field in fields), row.pk] for row in rows])


def _stored(field: Any, row: models.Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)
