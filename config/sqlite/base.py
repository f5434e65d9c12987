"""SQLite as Busbar runs it."""

from django.db.backends.sqlite3.base import DatabaseWrapper as SqliteDatabaseWrapper


class DatabaseWrapper(SqliteDatabaseWrapper):
    """SQLite with WAL."""
