"""SQLite as Busbar runs it: many threads write, none starves, nothing acknowledged is lost.

The mode itself (WAL, BEGIN IMMEDIATE, synchronous=FULL, busy time-out) is Django's own OPTIONS, in the settings. Here
is what they lack: a fair queue of the process's writers, and an anchor connection.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.creation import DatabaseCreation as SqliteCreation
from django.db.backends.sqlite3.operations import DatabaseOperations as SqliteOperations

from config.sqlite.turns import TurnNotReached, Turns

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")

_guard = threading.Lock()
_turns: dict[str, Turns] = {}
_anchors: dict[str, sqlite3.Connection] = {}


def turns_of(name: str) -> Turns:
    """The queue of this process's writers to the database file `name`."""
    with _guard:
        return _turns.setdefault(name, Turns())


def anchor(name: str, connect: Callable[[], sqlite3.Connection]) -> None:
    """Keep one connection to `name` open for the life of the process.

    Else each last connection that closes checkpoints the WAL, which makes the next short write wait for the disk.
    """
    with _guard:
        if name not in _anchors:
            _anchors[name] = connect()
            # Only a connection that has read counts as one.
            _anchors[name].execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()


def weigh_anchor(name: str) -> None:
    """Close the anchor of `name`, so that the file may go."""
    with _guard:
        if connection := _anchors.pop(name, None):
            connection.close()


class DatabaseCreation(SqliteCreation):
    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:
        weigh_anchor(str(test_database_name))
        super()._destroy_test_db(test_database_name, verbosity)  # type: ignore[misc]


class DatabaseOperations(SqliteOperations):
    def sql_flush(self, style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        """Empty tables whatever their triggers refuse, as TRUNCATE does on PostgreSQL."""
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        emptied: list[str] = super().sql_flush(style, tables, **options)
        dropped = [f"DROP TRIGGER {self.quote_name(name)}" for name, _ in triggers]
        return [*dropped, *emptied, *(sql for _, sql in triggers)] if emptied else []


class DatabaseWrapper(base.DatabaseWrapper):
    creation_class = DatabaseCreation
    ops_class = DatabaseOperations

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._has_turn = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        if not self.is_in_memory_db():
            anchor(self._file, lambda: sqlite3.connect(self._file, check_same_thread=False))
        return connection

    def create_cursor(self, name: str | None = None) -> "Cursor":
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        cursor.wrapper = self
        return cursor

    @contextmanager
    def turn_for(self, sql: str) -> Iterator[None]:
        """A turn for one statement, if it writes and no transaction has the turn already."""
        alone = not self._has_turn and sql.lstrip()[:7].upper().startswith(WRITES)
        if alone:
            self._take_turn()
        try:
            yield
        finally:
            if alone:
                self._give_turn()

    def _start_transaction_under_autocommit(self) -> None:
        # Before BEGIN IMMEDIATE: whoever has the turn never finds the database locked by its own process.
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_turn()
            raise

    def _commit(self) -> None:
        # A COMMIT that fails leaves the transaction open; its rollback gives the turn back.
        super()._commit()  # type: ignore[misc]
        self._give_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._give_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._give_turn()

    @property
    def _file(self) -> str:
        return str(self.settings_dict["NAME"])

    def _take_turn(self) -> None:
        timeout_s = self.settings_dict["OPTIONS"].get("timeout", 5)
        try:
            turns_of(self._file).take(timeout_s)
        except TurnNotReached:
            raise OperationalError(f"database is locked: no turn to write within {timeout_s} s") from None
        self._has_turn = True

    def _give_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            turns_of(self._file).give()


class Cursor(base.SQLiteCursorWrapper):
    """Single writes outside a transaction, as libraries make them, take their turn too."""

    wrapper: DatabaseWrapper

    def execute(self, query: str, params: Any = None) -> Any:
        with self.wrapper.turn_for(query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        with self.wrapper.turn_for(query):
            return super().executemany(query, param_list)
