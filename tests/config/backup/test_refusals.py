"""What cannot be done is refused with a sentence, and all stays as it was."""

import json
import resource
import sqlite3
import zipfile
from contextlib import closing, contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from config.backup import BackupProblem, postgres, restoring, taking
from config.backup.archive import MANIFEST, Manifest, Reader, Writer
from stations.models import EdgeProcess, Station
from tests import factories
from tests.config.backup.conftest import database_name


@pytest.fixture
def backed_up(place, network):
    """A backup, after which the station got another name."""
    place.backup()
    Station.objects.update(identity="SINCE")
    (place.media / "logs" / "one.log").write_text("since")
    return place


@pytest.fixture
def archive(tmp_path, db):
    """A file that looks like a backup: what is refused because of it is refused before the database is touched."""
    path = tmp_path / "backup.zip"
    rows = {"stations_station": 1}
    with path.open("wb") as out:
        made = Writer(out, lambda size: None)
        with made.file("database") as content:
            content.write(bytes(range(256)) * 100)
        made.close(Manifest(timezone.now(), "0.1.0", connection.vendor, (), rows, files=made.files))
    return path


def refused_at_once(path, words):
    with pytest.raises(BackupProblem, match=words):
        restoring.restore(path, replace=database_name(), force=True, say=print, progress=lambda size: None)


def refused(place, words, **options):
    """It is, with these words, and nothing has changed."""
    with pytest.raises(BackupProblem, match=words):
        place.restore(**options)
    assert Station.objects.get().identity == "SINCE"
    assert (place.media / "logs" / "one.log").read_text() == "since"
    assert not list(place.media.parent.rglob(".*"))


def rewrite(path, change):
    """The same archive with another manifest."""
    with zipfile.ZipFile(path) as found:
        held = {name: found.read(name) for name in found.namelist()}
    told = json.loads(held[MANIFEST])
    held[MANIFEST] = json.dumps(told | change(told)).encode()
    with zipfile.ZipFile(path, "w") as made:
        for name, content in held.items():
            made.writestr(name, content)


@contextmanager
def file_size_limit(size):
    """As on a full disk: no file grows beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# --- Restore ---


def test_a_file_that_was_cut_short(archive):
    archive.write_bytes(archive.read_bytes()[:-200])
    refused_at_once(archive, "cut short")


def test_a_file_with_a_changed_byte(archive):
    content = bytearray(archive.read_bytes())
    content[100] ^= 1
    archive.write_bytes(content)
    refused_at_once(archive, "damaged")


def test_a_file_that_is_no_backup(archive):
    with zipfile.ZipFile(archive, "w") as other:
        other.writestr("holiday.txt", "sun")
    refused_at_once(archive, "no backup of Busbar")


def test_a_file_that_is_not_there(archive):
    refused_at_once(archive.with_name("elsewhere.zip"), "No such file")


def test_a_content_that_is_not_the_one_of_the_manifest(archive):
    rewrite(archive, lambda told: {"files": {"database": [25600, "0" * 64]}})
    refused_at_once(archive, "is not what was written")


def test_a_backup_of_a_newer_busbar(archive):
    rewrite(archive, lambda told: {"migrations": ["stations.0001_initial", "stations.9999_wonders"]})
    refused_at_once(archive, "newer Busbar .*it has stations.9999_wonders")


def test_a_format_of_a_newer_busbar(archive):
    rewrite(archive, lambda told: {"format": 99})
    refused_at_once(archive, "newer Busbar")


def test_a_backup_of_the_other_kind_of_database(archive):
    rewrite(archive, lambda told: {"vendor": "oracle"})
    refused_at_once(archive, "backup of oracle")


def test_the_name_of_another_database(archive):
    with pytest.raises(BackupProblem, match="names 'prod'"):
        restoring.restore(archive, replace="prod", force=True, say=print, progress=lambda size: None)


def test_rows_that_are_not_those_of_the_manifest(backed_up):
    rewrite(backed_up.file, lambda told: {"rows": told["rows"] | {"stations_station": 7}})
    refused(backed_up, "manifest says")


def test_an_installation_with_data(backed_up):
    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", str(backed_up.file))
    refused(backed_up, "--replace", replace="")


def test_an_installation_that_runs(backed_up):
    EdgeProcess.objects.create(
        id="11111111-1111-1111-1111-111111111111",
        host="edge-1",
        started_at=timezone.now(),
        lease_until=timezone.now() + timedelta(minutes=5),
    )
    refused(backed_up, "Stop all processes")
    backed_up.restore(force=True)
    assert Station.objects.get().identity != "SINCE"


def test_a_database_that_others_have_open(backed_up):
    with another_connection():
        refused(backed_up, "processes of this installation first")
    backed_up.restore()
    assert Station.objects.get().identity != "SINCE"


@contextmanager
def another_connection():
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(found["NAME"])) as other:
            other.execute("SELECT 1 FROM stations_station").fetchall()
            yield
        return
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    with psycopg.connect(**{key: found[name] for key, name in names.items() if found[name]}):
        yield


def test_a_disk_that_is_full_while_restoring(backed_up):
    with file_size_limit(2):
        refused(backed_up, "cannot be unpacked.*Nothing was changed")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="on PostgreSQL")
def test_a_restore_that_breaks_off_leaves_the_database_as_it_was(backed_up, monkeypatch):
    def die(self, step):
        raise KeyboardInterrupt

    monkeypatch.setattr(postgres.Restoration, "_after", die)
    with pytest.raises(KeyboardInterrupt):
        backed_up.restore()
    assert Station.objects.get().identity == "SINCE"


# --- Backup ---


def test_a_file_that_is_there_is_not_written_over(archive):
    with pytest.raises(BackupProblem, match="exists already"):
        taking.to_file(archive, taking.Choice(), lambda size: None)


def test_a_disk_that_is_full_leaves_no_half_of_a_backup(place, network, tmp_path):
    with file_size_limit(20_000), pytest.raises(BackupProblem, match=r"cannot be written|disk"):
        place.backup()
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="on PostgreSQL")
def test_programs_that_are_missing_or_too_old_are_told(archive, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupProblem, match="pg_dump and pg_restore and psql not found"):
        postgres.require_clients()
    for name in ("pg_dump", "pg_restore", "psql"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) 9.6.1'\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(BackupProblem, match="older pg_dump cannot read a newer server"):
        postgres.require_clients()
    rewrite(archive, lambda told: {"client": 99})
    monkeypatch.setattr(postgres, "require_clients", lambda: None)
    with Reader(archive) as found, pytest.raises(BackupProblem, match="version 99 or newer"):
        postgres.Restoration(found).prepare(print)


def test_the_manifest_says_where_a_backup_comes_from(place, network):
    made = place.backup()
    with Reader(place.file) as found:
        assert found.manifest == made
    assert (made.vendor, made.rows["stations_station"]) == (connection.vendor, 1)
    assert factories.PASSWORD not in str(made)
