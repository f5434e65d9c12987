"""PostgreSQL: frames and samples in partitions by time, while chargers stay connected.

No row is rewritten. The table that is there becomes the first partition, for all up to a few days from now; ingest goes
on meanwhile, and only the swap in the end (names, no rows) keeps it waiting for a moment. What takes long (indexes, the
check that no row is newer) is done before, without a lock that keeps anybody waiting. Breaking off does no harm: run it
again. Other databases keep plain tables.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import OperationalError, migrations, transaction

DAY, WEEK = timedelta(days=1), timedelta(days=7)
MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
# The checks take hours at most. Rows that come meanwhile must not lie beyond what is being checked.
MARGIN = timedelta(days=3)
# Rows of a clock that was wrong: with more of them nothing would be left to put into partitions.
FARTHEST = timedelta(days=60)
# Lanes wait 2 s for a lock and then try again: who wants to lock them out gives up sooner.
LOCK_TIMEOUT_MS = 500
PAUSE_S, PATIENCE_S = 3, 600


@dataclass(frozen=True)
class Table:
    """`indexes`: name, and what stands after USING. `referenced`: locked in this order, which is that of the lanes."""

    name: str
    column: str
    period: timedelta
    ahead: int
    referenced: tuple[str, ...]
    indexes: tuple[tuple[str, str], ...]


TABLES = (
    Table(
        name="stations_frame",
        column="at",
        period=DAY,
        ahead=7,
        referenced=("stations_station", "stations_connection"),
        indexes=(
            ("frame_id", "btree (id)"),
            ("frame_station", "btree (station_id, id DESC)"),
            ("frame_at", "btree (at)"),
            (
                "frame_rare_action",
                "btree (action, id DESC) WHERE NOT (action IN"
                " ('', 'Heartbeat', 'MeterValues', 'StatusNotification', 'TransactionEvent'))",
            ),
            ("frame_error", "btree (id DESC) WHERE (type IN (4, 5) OR type IS NULL)"),
        ),
    ),
    Table(
        name="stations_metersample",
        column="received_at",
        period=WEEK,
        ahead=3,
        referenced=("stations_station", "stations_evse", "stations_session"),
        indexes=(
            ("metersample_session_at", "btree (session_id, at)"),
            ("metersample_received", "btree (received_at)"),
        ),
    ),
)


class InTheFuture(Exception):
    """Rows that no partition for the past can take."""


def partition(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    for table in TABLES:
        with connection.cursor() as cursor:
            while not is_partitioned(cursor, table):
                convert(connection, cursor, table)


def convert(connection: Any, cursor: Any, table: Table) -> None:
    """Make the partitioned table and put it in place of the old one; not, if rows came into one that was empty."""
    name, column = table.name, table.column
    cursor.execute("SELECT to_regclass(%s), now()", [f"{name}_new"])
    leftover, now = cursor.fetchone()
    if leftover:
        cursor.execute(f"DROP TABLE {name}_new CASCADE")
    patiently(connection, cursor, table, f"ALTER TABLE {name} DROP CONSTRAINT IF EXISTS {name}_before")
    cursor.execute(
        f"CREATE TABLE {name}_new (LIKE {name} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)"
        f" PARTITION BY RANGE ({column})"
    )
    for index, definition in table.indexes:
        cursor.execute(f"CREATE INDEX new_{index} ON {name}_new USING {definition}")
    cursor.execute(f"CREATE TABLE {name}_default PARTITION OF {name}_new DEFAULT")
    cursor.execute(f"SELECT max({column}) FROM {name}")
    newest = cursor.fetchone()[0]
    first = start_of(table, now)
    if newest is not None:
        first = prepare_old(connection, cursor, table, newest, now)
    for start in (first + i * table.period for i in range(table.ahead + 1)):
        cursor.execute(
            f"CREATE TABLE {name}_{start:%Y%m%d} PARTITION OF {name}_new"
            f" FOR VALUES FROM ('{start.isoformat()}') TO ('{(start + table.period).isoformat()}')"
        )
    swap(connection, cursor, table, None if newest is None else first)


def prepare_old(connection: Any, cursor: Any, table: Table, newest: datetime, now: datetime) -> datetime:
    """Give the old table what a partition needs, without keeping anybody waiting; where its time ends."""
    name = table.name
    if newest > now + FARTHEST:
        raise InTheFuture(
            f"{name} has rows of the future (the newest: {newest:%Y-%m-%d %H:%M}), written while this machine's clock"
            f" was wrong. Delete those with {table.column} after now, and migrate again."
        )
    end = start_of(table, max(newest, now + MARGIN)) + table.period
    there = {definition for _, definition in indexes_of(cursor, name)}
    wanted = dict(indexes_of(cursor, f"{name}_new"))
    for index, definition in table.indexes:
        if wanted[f"new_{index}"] not in there:
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}_old")
            cursor.execute(f"CREATE INDEX CONCURRENTLY {index}_old ON {name} USING {definition}")
    check = f"CHECK ({table.column} < '{end.isoformat()}') NOT VALID"
    patiently(connection, cursor, table, f"ALTER TABLE {name} ADD CONSTRAINT {name}_before {check}")
    cursor.execute(f"ALTER TABLE {name} VALIDATE CONSTRAINT {name}_before")
    return end


def swap(connection: Any, cursor: Any, table: Table, end: datetime | None) -> None:
    """In one moment: the new table gets the name, the old one becomes its partition, or goes if it is empty."""
    name = table.name
    cursor.execute("SELECT conname FROM pg_constraint WHERE contype IN ('f', 'p') AND conrelid = %s::regclass", [name])
    constraints = [row[0] for row in cursor.fetchall()]
    wanted = [definition for _, definition in indexes_of(cursor, f"{name}_new")]
    statements = [f"ALTER TABLE {name} DROP CONSTRAINT {constraint}" for constraint in constraints]
    for index, definition in indexes_of(cursor, name):
        if definition not in wanted:
            statements.append(f"DROP INDEX IF EXISTS {index}")
        elif not index.endswith("_old"):
            statements.append(f"ALTER INDEX {index} RENAME TO {index}_old")
    statements += [f"ALTER TABLE {name} RENAME TO {name}_old", f"ALTER TABLE {name}_new RENAME TO {name}"]
    statements += [f"ALTER INDEX new_{index} RENAME TO {index}" for index, _ in table.indexes]
    if end is None:
        statements.append(f"DROP TABLE {name}_old")
    else:
        statements += [
            f"ALTER TABLE {name} ATTACH PARTITION {name}_old FOR VALUES FROM (MINVALUE) TO ('{end.isoformat()}')",
            f"ALTER TABLE {name}_old DROP CONSTRAINT {name}_before",
        ]
    patiently(connection, cursor, table, *statements, is_swap=True, has_rows=end is not None)


def patiently(
    connection: Any, cursor: Any, table: Table, *statements: str, is_swap: bool = False, has_rows: bool = False
) -> None:
    """Run statements in one transaction that waits for a lock for a moment only, again and again."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            with transaction.atomic(using=connection.alias):
                cursor.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
                for locked in (*table.referenced, table.name) if is_swap else (table.name,):
                    cursor.execute(f"LOCK TABLE {locked} IN ACCESS EXCLUSIVE MODE")
                if is_swap:
                    cursor.execute(f"SELECT EXISTS (SELECT FROM {table.name})")
                    if cursor.fetchone()[0] and not has_rows:
                        return
                    move_sequence(cursor, table)
                for statement in statements:
                    cursor.execute(statement)
            return
        except OperationalError as error:
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"{table.name} was in use for {PATIENCE_S // 60} minutes on end, perhaps by a backup. Nothing is"
                    " lost; migrate again when that is over."
                ) from error
            time.sleep(PAUSE_S)


def move_sequence(cursor: Any, table: Table) -> None:
    """Ids go on where they are; by a default, since partitions have no identity columns before PostgreSQL 17."""
    name = table.name
    cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [name])
    sequence = cursor.fetchone()[0]
    cursor.execute(f"SELECT last_value + is_called::int FROM {sequence}")
    following = cursor.fetchone()[0]
    cursor.execute(f"ALTER TABLE {name} ALTER id DROP IDENTITY IF EXISTS")
    cursor.execute(f"CREATE SEQUENCE {name}_id_seq AS bigint START {following} OWNED BY {name}_new.id")
    cursor.execute(f"ALTER TABLE {name}_new ALTER id SET DEFAULT nextval('{name}_id_seq')")


def is_partitioned(cursor: Any, table: Table) -> bool:
    cursor.execute("SELECT relkind = 'p' FROM pg_class WHERE oid = %s::regclass", [table.name])
    return bool(cursor.fetchone()[0])


def indexes_of(cursor: Any, name: str) -> list[tuple[str, str]]:
    """Name and definition of a table's indexes that are whole; a unique one is none that could serve a partition."""
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisunique OR NOT indisvalid FROM pg_index"
        " WHERE indrelid = %s::regclass AND NOT indisprimary",
        [name],
    )
    return [(index, "" if useless else definition.split(" USING ")[1]) for index, definition, useless in cursor]


def start_of(table: Table, at: datetime) -> datetime:
    """The start of the period that `at` lies in: days by UTC, weeks from Monday."""
    return at - (at - MONDAY) % table.period


def refuse(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        raise NotImplementedError(
            "Partitions cannot be put together again by a migration: restore the backup made before it."
        )


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("stations", "0003_time_series")]

    operations = [migrations.RunPython(partition, refuse)]
