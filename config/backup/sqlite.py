"""The database file: copied while others write to it, and put back in its place."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection, connections

from config.backup import BackupProblem
from config.backup.archive import CHUNK, Manifest, Progress, Reader, Writer, sync_directory
from config.backup.contents import Contents, rows_of
from config.backup.files import copy
from config.env import SQLITE_TIMEOUT_S
from config.sqlite.base import weigh_anchor

MEMBER = "database.sqlite3"
PAGES_AT_ONCE = 5000


def database_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def write(archive: Writer, *, scratch: Path, emptied: Sequence[str]) -> Contents:
    """Write the database as it is now, without the rows of the tables `emptied`; `scratch` has room for a copy."""
    target = scratch / f".{MEMBER}.{os.getpid()}.part"
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with _said("copying the database"):
            contents = _copy(target, emptied)
        with target.open("rb") as source, archive.file(MEMBER) as out:
            while chunk := source.read(CHUNK):
                out.write(chunk)
        return contents
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            Path(f"{target}{ending}").unlink(missing_ok=True)


def _copy(target: Path, emptied: Sequence[str]) -> Contents:
    with (
        closing(sqlite3.connect(database_file(), isolation_level=None, timeout=SQLITE_TIMEOUT_S)) as source,
        closing(sqlite3.connect(target, isolation_level=None)) as made,
    ):
        # One snapshot for all steps: else every commit in between would make the copy begin anew.
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        source.backup(made, pages=PAGES_AT_ONCE, sleep=0)
        # A file of its own, without a log beside it.
        made.execute("PRAGMA journal_mode=DELETE")
        for table in emptied:
            made.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a name of ours
        if emptied:
            made.execute("VACUUM")
        _check(made)
        return Contents.read(lambda sql: made.execute(sql).fetchall())


def _check(database: sqlite3.Connection) -> None:
    found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise BackupProblem(f"The database is damaged: {found}. Restore an earlier backup.")


@contextmanager
def _said(doing: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise BackupProblem(f"SQLite failed while {doing}: {error}. Nothing was changed.") from error


class Restoration:
    """The database of an archive, written beside the one in use."""

    def __init__(self, archive: Reader) -> None:
        self._archive = archive
        self._target = database_file()
        self._new = self._target.with_name(f".{self._target.name}.new")

    def name(self) -> str:
        return self._target.name

    def others(self) -> list[str]:
        """Who else has the database open: known only when it is taken away."""
        return []

    def prepare(self, progress: Progress) -> None:
        """Write and check it. Raises BackupProblem or OSError."""
        self.discard()
        self._target.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(self._new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "wb") as out:
            copy(self._archive, MEMBER, out, progress)
        with _said("reading the backup's database"), closing(sqlite3.connect(self._new)) as database:
            _check(database)
            _compare(database, self._archive.manifest)

    def take_place(self, *, step: int, progress: Progress) -> None:
        """Put it where the other one is; its counters go on `step` above whatever either had given out."""
        connections.close_all()
        weigh_anchor(str(self._target))
        with _said("taking the database away from others; stop all processes of this installation first"):
            known = _close(self._target)
        with _said("writing the counters"), closing(sqlite3.connect(self._new)) as database, database:
            _move_counters(database, known, step)
        with self._new.open("rb") as written:
            os.fsync(written.fileno())
        self._new.replace(self._target)
        sync_directory(self._target.parent)

    def discard(self) -> None:
        for ending in ("", "-journal", "-wal", "-shm"):
            Path(f"{self._new}{ending}").unlink(missing_ok=True)


def _close(path: Path) -> dict[str, int]:
    """Leave the database without a log beside it, which proves that nobody else has it open; its counters."""
    if not path.exists():
        return {}
    with closing(sqlite3.connect(path, timeout=1)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        has_counters = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone()
        return dict(database.execute("SELECT name, seq FROM sqlite_sequence")) if has_counters else {}


def _move_counters(database: sqlite3.Connection, known: dict[str, int], step: int) -> None:
    counting = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")
    current = dict(database.execute("SELECT name, seq FROM sqlite_sequence"))
    for (table,) in counting.fetchall():
        value = max(current.get(table, 0), known.get(table, 0)) + step
        database.execute("DELETE FROM sqlite_sequence WHERE name = ?", [table])
        database.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [table, value])


def _compare(database: sqlite3.Connection, manifest: Manifest) -> None:
    found = rows_of(manifest.rows, lambda sql: database.execute(sql).fetchall())
    if found != dict(manifest.rows):
        raise BackupProblem(f"The backup's database holds {found}, its manifest says {dict(manifest.rows)}.")
