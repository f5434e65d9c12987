"""A large network in a PostgreSQL database, made by the database itself: for the same seed the same, but for its times.

`generate` fills an empty, migrated database. It takes a superuser: foreign keys are not checked meanwhile, and indexes
are made afterwards.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from django.db import connection as django_connection
from django.db.models import Model
from psycopg.sql import Literal

from benchmarks import network_events, network_places, network_rollups, network_rows
from benchmarks.network_rows import Rows, Sizes
from drivers.domain.roles import Role
from drivers.models import Membership, Organization, User
from stations.models import Frame, MeterSample, Variable

Database = psycopg.Connection[tuple[object, ...]]

OPERATOR, SCOPED = "operator@bench.example", "scoped@bench.example"
CHUNKS = 20
# The largest, to which no other table points. Nobody wants them back after a crash: they are written once, not twice.
_LEAVES = (MeterSample, Frame, Variable)
# A table that takes longer tells how far it is.
REPORTED_S = 10
_PREPARE = (
    "SET session_replication_role = replica",
    "SET synchronous_commit = off",
    "SET maintenance_work_mem = '512MB'",
    "SET max_parallel_maintenance_workers = 0",
    "SET jit = off",
    "CREATE SCHEMA making",
    "SET search_path = public, making",
)


@dataclass(frozen=True)
class Network:
    """What was made, and by which clock."""

    sizes: Sizes
    now: datetime
    seconds: float


def generate(url: str, *, size: float, seed: int = 1, say: Callable[[str], None] = print) -> Network:
    """Fill the database at `url`; `size` 1.0: 100,000 EVSEs, 5 million sessions, 100 million meter samples."""
    began, now = time.monotonic(), datetime.now(UTC).replace(microsecond=0)
    sizes = network_rows.sizes(size)
    _people(sizes)
    with psycopg.connect(url, autocommit=True) as database:
        for statement in _PREPARE:
            database.execute(statement)
        for signature, body in network_rows.FUNCTIONS.items():
            quoted = body.format(seed=seed, now=now.isoformat()).replace("'", "''")
            # Said to be as steady as its body is: only so does PostgreSQL write it out where it is used.
            kind = "STABLE" if "timestamptz" in body else "IMMUTABLE"
            database.execute(f"CREATE FUNCTION making.{signature} {kind} LANGUAGE sql AS 'SELECT {quoted}'")
        for statement in network_rows.PAST_PARTITIONS:
            database.execute(statement)
        for make in (*network_places.ROWS, *network_events.ROWS, network_places.samples, *network_rollups.ROWS):
            _fill(database, make(sizes), now, say)
        for statement in (*network_rows.AFTERWARDS, "DROP SCHEMA making CASCADE"):
            database.execute(statement)
    return Network(sizes, now, time.monotonic() - began)


def is_made() -> bool:
    """Whether the database has a network."""
    return Organization.objects.exists()


def _people(sizes: Sizes) -> None:
    """Who looks: an operator of the whole of the largest organization, and one of a few of its sites."""
    for number in range(1, sizes.organizations + 1):
        Organization.objects.create(id=number, name=f"Network {number}", slug=f"network-{number}")
    for number, email in enumerate((OPERATOR, SCOPED), 1):
        user = User.objects.create_user(email, id=number)
        Membership.objects.create(id=number, organization_id=1, user=user, role=Role.OPERATOR)


def _fill(database: Database, rows: Rows, now: datetime, say: Callable[[str], None]) -> None:
    """Insert the rows in chunks; the table's plain indexes are made afterwards."""
    began, table = time.monotonic(), rows.model._meta.db_table
    columns = {**_defaults(database, rows.model, now), **rows.columns}
    names = ", ".join(f'"{name}"' for name in columns)
    insert = f"INSERT INTO {table} ({names}) SELECT {', '.join(columns.values())} FROM "
    indexes = _drop_indexes(database, table)
    for leaf in _leaves(database, table) if rows.model in _LEAVES else ():
        database.execute(f"ALTER TABLE {leaf} SET UNLOGGED")
    step = max(5_000, math.ceil(rows.count / CHUNKS))
    for low in range(1, rows.count + 1, step):
        high = min(low + step - 1, rows.count)
        database.execute(insert + rows.source.format(low=low, high=high))
        if time.monotonic() - began > REPORTED_S:
            say(f"  {table}: {high * 100 // rows.count} %, {time.monotonic() - began:.0f} s")
    for statement in indexes:
        database.execute(statement)
    # No index leads to the last sample.
    if rows.model is not MeterSample:
        database.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
    # What reads find in a database that has been running for a while: statistics, and pages known to be visible to all.
    database.execute(f"VACUUM (ANALYZE) {table}")
    say(f"{table}: {rows.count:,}, {time.monotonic() - began:.0f} s")


def _leaves(database: Database, table: str) -> list[object]:
    """The partitions of a table, or itself."""
    found = database.execute("SELECT relid::regclass FROM pg_partition_tree(%s) WHERE isleaf", (table,)).fetchall()
    return [leaf for (leaf,) in found] or [table]


def _defaults(database: Database, model: type[Model], now: datetime) -> dict[str, str]:
    """Each column that needs a value with the model's default as SQL."""
    found = {}
    for field in model._meta.concrete_fields:
        if field.primary_key or field.null:
            continue
        value = now if getattr(field, "auto_now_add", False) else field.get_default()
        value = field.get_db_prep_save(value, django_connection)
        if value is not None:
            found[field.column] = Literal(value).as_string(database)
    return found


def _drop_indexes(database: Database, table: str) -> list[str]:
    """Drop what serves no constraint; the statements that make it again."""
    found = database.execute(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE i.indrelid = %s::regclass AND NOT i.indisunique",
        (table,),
    ).fetchall()
    for name, _ in found:
        database.execute(f'DROP INDEX "{name}"')
    # Of a partitioned table its own index only is named; made again, it is made of all partitions.
    return [statement.replace(" ON ONLY ", " ON ") for _, statement in found]
