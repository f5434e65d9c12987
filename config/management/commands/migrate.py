"""manage.py migrate: Django's own, that keeps nobody waiting for long."""

import time
from typing import Any

from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg import errors

# Whoever waits for a table keeps all those waiting who come after. Lanes give up after 2 s and try again.
LOCK_TIMEOUT = "500ms"
PAUSE_S, PATIENCE_S = 2.0, 600.0


class Command(migrate.Command):
    """On PostgreSQL a migration waits for a lock for a moment only; it is rolled back and tried again after a pause.

    One that is not atomic minds its locks itself.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        self._connection = connections[options["database"]]
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                super().handle(*args, **options)
                return
            except OperationalError as error:
                held = isinstance(error.__cause__, errors.LockNotAvailable | errors.DeadlockDetected)
                if not held or time.monotonic() > deadline:
                    raise
                self.stderr.write(" in use; trying again", ending="\n")
                time.sleep(PAUSE_S)
            finally:
                self._wait_at_most("0")

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        if action in ("apply_start", "unapply_start"):
            self._wait_at_most(LOCK_TIMEOUT if migration.atomic else "0")
        super().migration_progress_callback(action, migration, fake)

    def _wait_at_most(self, timeout: str) -> None:
        if self._connection.vendor == "postgresql" and self._connection.is_usable():
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [timeout])
