"""Frames and meter samples by time: partitions made ahead and dropped by retention on PostgreSQL.

Elsewhere they are plain tables, which retention deletes from. A row is filed by our clock, never by a charger's. What
finds no partition goes to the default one, and out of it into a partition of its own as soon as that is made: ingest
never fails because this task did not run. docs/decisions/013-partitions.md says why it is done this way.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from django.db import OperationalError, connection, models, transaction

from stations.models import Frame, MeterSample

log = structlog.get_logger(__name__)

# Lanes wait 2 s for a lock. Who cannot get one sooner (a backup reads every table) leaves it to the next sweep.
LOCK_TIMEOUT_MS = 500
CHUNK = 1000
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
_UPPER_BOUND = re.compile(r"TO \('([^']+)'\)")


@dataclass(frozen=True, slots=True)
class Series:
    """A table by time. `column`: when a row was written, by our clock. `ahead`: so many periods are made beforehand."""

    model: type[models.Model]
    column: str
    period: timedelta
    ahead: int

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def start_of(self, at: datetime) -> datetime:
        """The start of the period that `at` lies in: days by UTC, weeks from Monday."""
        return at - (at - _MONDAY) % self.period


FRAMES = Series(Frame, "at", _DAY, ahead=7)
SAMPLES = Series(MeterSample, "received_at", _WEEK, ahead=3)


@dataclass(frozen=True, slots=True)
class Partition:
    """`until`: the end of its time, exclusive."""

    name: str
    until: datetime


def create_ahead(series: Series, *, now: datetime) -> int:
    """Make the partitions for now and what is coming, and those for rows that found none; how many were made."""
    if connection.vendor != "postgresql":
        return 0
    current = series.start_of(now)
    starts = {current + i * series.period for i in range(series.ahead + 1)} | set(_stray_periods(series))
    covered = max((partition.until for partition in _partitions(series) if _is_first(series, partition)), default=None)
    wanted = [start for start in sorted(starts) if covered is None or start >= covered]
    return sum(_create(series, start) for start in wanted)


def drop(series: Series, *, older_than: datetime) -> int:
    """Drop the partitions that end before an instant, and delete older rows where that is done row by row.

    On PostgreSQL the retention of a row ends with its period. Returns how many partitions and rows.
    """
    if connection.vendor != "postgresql":
        return _delete(series, older_than)
    older_than = series.start_of(older_than)
    gone = [found for found in _partitions(series) if found.until <= older_than and _run(f"DROP TABLE {found.name}")]
    for partition in gone:
        log.info("partition.dropped", table=series.table, partition=partition.name)
    # What was there before the first partition was made goes row by row: it ends too late to wait for that.
    return len(gone) + _delete(series, older_than)


def _delete(series: Series, older_than: datetime) -> int:
    """Delete rows, in chunks so that nobody waits long for the lock."""
    old = series.model._default_manager.filter(**{f"{series.column}__lt": older_than})
    times = old.order_by(series.column).values_list(series.column, flat=True)
    removed = 0
    while True:
        last = next(iter(times[CHUNK - 1 : CHUNK]), None)
        chunk = old if last is None else old.filter(**{f"{series.column}__lte": last})
        with transaction.atomic():
            removed += chunk.delete()[0]
        if last is None:
            return removed


def _partitions(series: Series) -> list[Partition]:
    """The partitions of a table with an end: all but the default one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text, pg_get_expr(relpartbound, inhrelid) FROM pg_inherits"
            " JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = %s::regclass",
            [series.table],
        )
        bounds = [(name, _UPPER_BOUND.search(bound)) for name, bound in cursor.fetchall()]
    return [Partition(name, datetime.fromisoformat(bound[1])) for name, bound in bounds if bound]


def _is_first(series: Series, partition: Partition) -> bool:
    """Whether this is the table that was there before there were partitions."""
    return partition.name == f"{series.table}_old"


def _stray_periods(series: Series) -> Iterator[datetime]:
    """The periods of the rows in the default partition, oldest first."""
    after = datetime.min.replace(tzinfo=UTC)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT min({series.column}) FROM {series.table}_default WHERE {series.column} >= %s",  # noqa: S608
                [after],
            )
            (found,) = cursor.fetchone()
        if found is None:
            return
        start = series.start_of(found)
        after = start + series.period
        yield start


def _create(series: Series, start: datetime) -> bool:
    """Make one partition, with the rows of its time that stand in the default one; False where it is there already.

    It is made beside the table and then attached: that keeps no insert waiting but one into the default partition.
    """
    table, name = series.table, f"{series.table}_{start:%Y%m%d}"
    end = start + series.period
    within = f"{series.column} >= '{start.isoformat()}' AND {series.column} < '{end.isoformat()}'"
    moved = f"DELETE FROM {table}_default WHERE {within} RETURNING *"  # noqa: S608
    move = f"WITH moved AS ({moved}) INSERT INTO {name} SELECT * FROM moved"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0]:
            return False
    made = _run(
        f"CREATE TABLE {name} (LIKE {table} INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE)",
        # Most of them before the lock, what came meanwhile after it.
        move,
        f"LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE",
        move,
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')",
    )
    if made:
        log.info("partition.created", table=table, partition=name)
    return made


def _run(*statements: str) -> bool:
    """Run statements in one transaction, never waiting long for a lock; False where somebody else holds one."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
            # Two workers at once: the second one finds nothing to do.
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('busbar.partitions'))")
            if not cursor.fetchone()[0]:
                return False
            for statement in statements:
                cursor.execute(statement)
    except OperationalError as error:
        log.warning("partition.put_off", statement=statements[-1], error=str(error))
        return False
    return True
