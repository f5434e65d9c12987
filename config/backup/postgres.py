"""PostgreSQL: pg_dump's own format inside the backup, and back in one transaction."""

import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any, cast

from django.db import connection, transaction
from django.db.backends.postgresql.client import DatabaseClient
from psycopg.sql import SQL, Identifier, Literal

from config.backup import BackupProblem
from config.backup.archive import CHUNK, Progress, Reader, Writer
from config.backup.contents import Contents

MEMBER = "database.pgdump"
# Until connections of our own that were closed are gone.
GONE_S = 2.0

# What stands in the schema goes, whoever made it; what belongs to an extension stays with its extension. The counters
# are kept for the time after.
BEFORE = """
BEGIN;
SET LOCAL lock_timeout = '10s';
CREATE TEMPORARY TABLE counters_before ON COMMIT DROP AS
    SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public';
DO $$
DECLARE found record;
BEGIN
    FOR found IN
        SELECT c.oid::regclass AS name FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP TABLE %s CASCADE', found.name);
    END LOOP;
    FOR found IN
        SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    LOOP
        EXECUTE format('DROP ROUTINE %s CASCADE', found.name);
    END LOOP;
END $$;
"""

CONNECTED = """
SELECT coalesce(nullif(application_name, ''), 'a program') || ' at ' || coalesce(host(client_addr), 'this machine')
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""

COUNTERS = """
SELECT setval(
    format('%I.%I', s.schemaname, s.sequencename)::regclass,
    greatest(coalesce(s.last_value, 0), coalesce(b.last_value, 0)) + {step}
)
FROM pg_sequences s LEFT JOIN pg_temp.counters_before b USING (sequencename) WHERE s.schemaname = 'public';
"""

COUNT = """
DO $$ BEGIN
    IF (SELECT count(*) FROM public.{table}) <> {rows} THEN
        RAISE EXCEPTION 'the backup does not hold the rows of {table} that its manifest says';
    END IF;
END $$;
"""


def write(archive: Writer, *, emptied: Sequence[str]) -> Contents:
    """Write the database as it is now, without the rows of the tables `emptied` and of their partitions."""
    require_clients()
    with transaction.atomic(), connection.cursor() as cursor:
        # What is counted here and what pg_dump sees is one and the same moment.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        options = ["--format=custom", f"--snapshot={cursor.fetchone()[0]}", "--no-owner", "--no-privileges"]
        for table in emptied:
            cursor.execute("SELECT relid::regclass::text FROM pg_partition_tree(%s)", [table])
            options += [f"--exclude-table-data={name}" for name in {table, *(row[0] for row in cursor)}]

        def query(sql: str) -> list[Any]:
            cursor.execute(sql)
            return list(cursor)

        contents = Contents.read(query)
        with _running("pg_dump", options, stdout=subprocess.PIPE) as dump, archive.file(MEMBER, is_packed=True) as to:
            while chunk := cast(IO[bytes], dump.stdout).read(CHUNK):
                to.write(chunk)
    return contents


class Restoration:
    """The database of an archive, into the one in use: it is there when all of it is, or not at all."""

    def __init__(self, archive: Reader) -> None:
        self._archive = archive

    def name(self) -> str:
        return str(connection.settings_dict["NAME"])

    def others(self) -> list[str]:
        """Who else is connected to the database."""
        require_clients()
        _disconnect()
        deadline = time.monotonic() + GONE_S
        while (found := _connected()) and time.monotonic() < deadline:
            time.sleep(0.1)  # our own may still be leaving
        return found

    def prepare(self, progress: Progress) -> None:
        """Raises BackupProblem where the programs it takes are not there or too old for this backup."""
        require_clients()
        if (found := _major("pg_restore")) < self._archive.manifest.client:
            raise BackupProblem(
                f"The backup was made by pg_dump {self._archive.manifest.client}; pg_restore {found} cannot read it. "
                f"Install PostgreSQL's client programs of version {self._archive.manifest.client} or newer."
            )

    def take_place(self, *, step: int, progress: Progress) -> None:
        """Replace the database; its counters go on `step` above whatever either had given out."""
        server = _server_version()
        _disconnect()
        with _running("psql", [*_PSQL, "--file=-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as psql:
            to_psql = cast(IO[bytes], psql.stdin)
            to_psql.write(BEFORE.encode())
            for sql in self._script(server, progress):
                to_psql.write(sql)
            to_psql.write(self._after(step).encode())
            to_psql.close()
        with connection.cursor() as cursor:
            # Nothing was known of the new tables: the first queries would be planned blindly.
            cursor.execute("ANALYZE")

    def discard(self) -> None:
        """Nothing stands beside the database."""

    def _script(self, server: int, progress: Progress) -> Iterator[bytes]:
        """The SQL that makes the database, from pg_restore."""
        options = ["--schema=public", "--no-owner", "--no-privileges", "--file=-"]
        with _running("pg_restore", options, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as restore:
            feeder = _Feeder(self._archive, cast(IO[bytes], restore.stdin), progress)
            from_restore = cast(IO[bytes], restore.stdout)
            begun = from_restore.read(CHUNK)
            if server < 17:
                # PostgreSQL's programs from 17 on set what older servers do not know.
                begun = begun.replace(b"SET transaction_timeout = 0;\n", b"", 1)
            yield begun
            while chunk := from_restore.read(CHUNK):
                yield chunk
            feeder.join()

    def _after(self, step: int) -> str:
        rows = self._archive.manifest.rows.items()
        counts = [SQL(COUNT).format(table=Identifier(table), rows=Literal(count)).as_string() for table, count in rows]
        # Without this COMMIT, whatever happens, nothing has happened.
        return "\n".join([*counts, SQL(COUNTERS).format(step=Literal(step)).as_string(), "COMMIT;\n"])


class _Feeder(threading.Thread):
    """Hands the dump to pg_restore while its output is read elsewhere."""

    def __init__(self, archive: Reader, out: IO[bytes], progress: Progress) -> None:
        super().__init__(daemon=True)
        self._archive, self._out, self._progress = archive, out, progress
        self._problem: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            with self._out:
                for chunk in self._archive.chunks(MEMBER):
                    self._out.write(chunk)
                    self._progress(len(chunk))
        except (OSError, BackupProblem) as problem:
            self._problem = problem

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end. Raises what stopped it."""
        super().join(timeout)
        if self._problem is not None:
            raise self._problem


# --- PostgreSQL's programs ---

_PSQL = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")


def _connected() -> list[str]:
    """All who are connected to the database, but for the one who asks: psql, since the pool has several."""
    with _running("psql", [*_PSQL, f"--command={CONNECTED}"], stdout=subprocess.PIPE) as psql:
        return cast(IO[bytes], psql.stdout).read().decode().split("\n")[:-1]


def require_clients() -> None:
    """Raises BackupProblem where PostgreSQL's client programs are not there, or older than the server."""
    server = _server_version()
    if missing := [name for name in ("pg_dump", "pg_restore", "psql") if shutil.which(name) is None]:
        raise BackupProblem(
            f"{' and '.join(missing)} not found. Install PostgreSQL's client programs, version {server} or newer "
            "(postgresql-client), and run this again."
        )
    if (client := client_version()) < server:
        raise BackupProblem(
            f"pg_dump is of PostgreSQL {client}, the server of {server}: an older pg_dump cannot read a newer server. "
            f"Install PostgreSQL's client programs of version {server} or newer, and run this again."
        )


def _disconnect() -> None:
    """Leave the database, with the pool's idle connections."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def _server_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10000


def client_version() -> int:
    """Major version of pg_dump."""
    return _major("pg_dump")


def _major(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    found = re.search(r"\b(\d+)", said)
    return int(found[1]) if found else 0


@contextmanager
def _running(
    program: str, options: Sequence[str], *, stdin: int | None = None, stdout: int
) -> Iterator[subprocess.Popen[bytes]]:
    """One of PostgreSQL's programs at our database. Raises BackupProblem with its own words when it fails."""
    command, environment = _command(program, options)
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603
            command, stdin=stdin, stdout=stdout, stderr=errors, env=os.environ | environment
        )
        failure: BaseException | None = None
        try:
            yield process
        except BrokenPipeError as error:
            failure = error
        except BaseException:
            # psql alone would take the end of its input for the end of its work.
            process.kill()
            raise
        finally:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(BrokenPipeError):
                        pipe.close()
            code = process.wait()
        if code or failure:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()[-2000:]
            raise BackupProblem(f"{program} failed; nothing was changed. It said: {said or failure}") from failure


def _command(program: str, options: Sequence[str]) -> tuple[list[str], Mapping[str, str]]:
    settings = connection.settings_dict
    found, environment = DatabaseClient.settings_to_cmd_args_env(settings, list(options))
    if program == "pg_restore":
        # It writes SQL here; psql runs it.
        return [program, *options], {}
    return [program, *found[1:]], environment or {}
