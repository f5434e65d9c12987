"""Migrations on PostgreSQL with rows in the tables, as an installation has them that is upgraded."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
needs_partitions = pytest.mark.skipif(connection.vendor != "postgresql", reason="plain tables")

# Nothing looks a foreign key up for this connection: the rows need no stations.
FILL = """
SET session_replication_role = replica;
INSERT INTO stations_frame (station_id, connection_id, at, direction, action, message_id, type, body)
SELECT i % 10 + 1, 1, now() - i * interval '1 hour', 'in', 'BootNotification', i::text, 2, 'x'
FROM generate_series(1, 300) i;
INSERT INTO stations_metersample (station_id, session_id, evse_id, at, received_at, context, values)
SELECT i % 10 + 1, i % 7 + 1, 1, now(), now() - i * interval '1 day', '', '[]' FROM generate_series(1, 300) i;
"""
NEW_FRAME = """
INSERT INTO stations_frame (station_id, at, direction, action, message_id, body)
VALUES (1, now() + %s::interval, 'in', '', '', 'x') RETURNING id, tableoid::regclass::text
"""


@pytest.fixture
def upgraded_database():
    """The URL of a new, empty database beside the tests' own."""
    base = urlsplit(os.environ["DATABASE_URL"])
    name = f"{settings.DATABASES['default']['NAME']}_{uuid4().hex[:8]}"
    with psycopg.connect(urlunsplit(base._replace(path="/postgres")), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        yield urlunsplit(base._replace(path=f"/{name}"))
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def migrate(url, *target):
    return subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0", *target],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"},
        check=False,
        capture_output=True,
        text=True,
    )


@needs_partitions
def test_rows_that_were_there_are_the_first_partition_and_new_ones_find_theirs(upgraded_database):
    assert migrate(upgraded_database, "stations", "0002").returncode == 0
    with psycopg.connect(upgraded_database, autocommit=True) as database:
        database.execute(FILL)
        done = migrate(upgraded_database)
        assert done.returncode == 0, done.stderr
        for table in ("stations_frame", "stations_metersample"):
            found = database.execute(f"SELECT tableoid::regclass::text, count(*) FROM {table} GROUP BY 1").fetchall()  # noqa: S608
            assert found == [(f"{table}_old", 300)]
        assert database.execute(NEW_FRAME, ["0 days"]).fetchone() == (301, "stations_frame_old")
        number, partition = database.execute(NEW_FRAME, ["6 days"]).fetchone()
        assert number == 302
        assert partition not in ("stations_frame_old", "stations_frame_default")
        # Attaching built no index: each was there before, made without a lock.
        names = database.execute(
            "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'stations_frame_old'::regclass ORDER BY 1"
        ).fetchall()
        wanted = ("frame_at", "frame_error", "frame_id", "frame_rare_action", "frame_station")
        assert [name for (name,) in names] == [f"{name}_old" for name in wanted]


@needs_partitions
def test_rows_of_a_clock_that_was_wrong_are_named_and_nothing_is_lost(upgraded_database):
    assert migrate(upgraded_database, "stations", "0002").returncode == 0
    with psycopg.connect(upgraded_database, autocommit=True) as database:
        database.execute(FILL)
        database.execute("UPDATE stations_frame SET at = now() + interval '1 year' WHERE message_id = '5'")
        refused = migrate(upgraded_database, "stations")
        assert refused.returncode != 0
        assert "stations_frame has rows of the future" in refused.stderr
        database.execute("DELETE FROM stations_frame WHERE at > now()")
        done = migrate(upgraded_database, "stations")
        assert done.returncode == 0, done.stderr
        assert database.execute("SELECT count(*) FROM stations_frame").fetchone() == (299,)


@needs_partitions
def test_the_way_back_is_refused_in_words(upgraded_database):
    assert migrate(upgraded_database, "stations", "0004").returncode == 0
    refused = migrate(upgraded_database, "stations", "0003")
    assert refused.returncode != 0
    assert "restore the backup" in refused.stderr


FILL_LOG = """
INSERT INTO drivers_organization (id, name, slug, currency, created_at) VALUES (7, 'Volta', 'volta', 'EUR', now());
INSERT INTO stations_site (id, organization_id, name, address, city, country, latitude, longitude, timezone, access,
    one_session_per_token, is_public, created_at)
VALUES (8, 7, 'Depot', '', '', '', 0, 0, 'UTC', 'open', false, true, now());
INSERT INTO auditlog_logentry
    (content_type_id, object_pk, object_id, object_repr, action, changes, changes_text, timestamp)
SELECT id, CASE model WHEN 'organization' THEN 7 ELSE 8 END, CASE model WHEN 'organization' THEN 7 ELSE 8 END, model, 0,
    '{"name": ["None", "x"]}', '', now()
FROM django_content_type WHERE (app_label, model) IN (('drivers', 'organization'), ('stations', 'site'));
"""


@needs_partitions
def test_the_audit_log_that_was_there_is_filed_by_organization_and_site(upgraded_database):
    assert migrate(upgraded_database, "stations", "0010").returncode == 0
    assert migrate(upgraded_database, "auditlog").returncode == 0
    with psycopg.connect(upgraded_database, autocommit=True) as database:
        database.execute(FILL_LOG)
        done = migrate(upgraded_database)
        assert done.returncode == 0, done.stderr
        moved = database.execute("SELECT object_repr, organization_id, site_id FROM drivers_auditentry ORDER BY 1")
        assert moved.fetchall() == [("organization", 7, None), ("site", 7, 8)]
        assert database.execute("SELECT count(*) FROM auditlog_logentry").fetchone() == (0,)
        with pytest.raises(psycopg.errors.RestrictViolation):
            database.execute("UPDATE drivers_auditentry SET object_repr = 'nothing'")
