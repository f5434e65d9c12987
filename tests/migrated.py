"""Migrated databases to begin with: migrating takes a minute, so it is done once a day and copied."""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection

from tests.architecture.tree import APPS, ROOT

PREFIX = "busbar_migrated_"


def template_on(server):
    """The name of a migrated, empty database of the PostgreSQL server at this URL."""
    name = PREFIX + _key()
    with _alone(), psycopg.connect(server, autocommit=True) as connected:
        known = [row[0] for row in connected.execute("SELECT datname FROM pg_database")]
        if name in known:
            return name
        for other in known:
            if other.startswith(PREFIX):
                connected.execute(f'DROP DATABASE "{other}"')
        making = f"{name}_making"
        connected.execute(f'CREATE DATABASE "{making}"')
        _migrate(DATABASE_URL=urlunsplit(urlsplit(server)._replace(path=f"/{making}")))
        # Under its name it is whole.
        connected.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')
    return name


def copy_to(path):
    """A migrated, empty SQLite database at this path."""
    template = Path(tempfile.gettempdir(), f"{PREFIX}{_key()}.sqlite3")
    with _alone(), tempfile.TemporaryDirectory(prefix=PREFIX) as data:
        if not template.exists():
            made, whole = Path(data, "made.sqlite3"), Path(data, "whole.sqlite3")
            _migrate(DATABASE_URL=f"sqlite:///{made}", DATA=data)
            with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(whole)) as copy:
                # With what its log holds still.
                source.backup(copy)
            shutil.move(whole, template)
    shutil.copyfile(template, path)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """The tests' own database begins as a copy."""
    if connection.vendor == "postgresql":
        base = urlsplit(os.environ["DATABASE_URL"])
        connection.settings_dict["TEST"]["TEMPLATE"] = template_on(urlunsplit(base._replace(path="/postgres")))
        yield
        return
    create = connection.creation._create_test_db

    def copied(*args, **options):
        name = create(*args, **options)
        copy_to(name)
        return name

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection.creation, "_create_test_db", copied)
        yield


@cache
def _key():
    """Of all that migrating depends on; partitions are made ahead from today."""
    found = hashlib.sha256(datetime.now(UTC).date().isoformat().encode())
    migrations = (path for app in APPS for path in (ROOT / app / "migrations").glob("*.py"))
    for path in (*sorted(migrations), ROOT / "requirements.lock"):
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


@contextmanager
def _alone():
    """Of all processes that may want one at the same time."""
    with Path(tempfile.gettempdir(), f"{PREFIX}lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _migrate(**environment):
    own = {"DJANGO_SETTINGS_MODULE": "config.settings"} | environment
    command = [sys.executable, "manage.py", "migrate", "--noinput", "-v0"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
