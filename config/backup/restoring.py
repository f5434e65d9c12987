"""Bringing an installation back from a backup."""

from collections.abc import Callable, Iterable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from config.backup import BackupProblem, postgres, sqlite
from config.backup.archive import Manifest, Progress, Reader
from config.backup.contents import is_empty, unknown_migrations
from config.backup.files import KEYS, MEDIA, Replacement, keys_dir, other_keys
from config.backup.taking import KEYS as KEYS_LEFT_OUT
from stations.models import EdgeProcess
from stations.services import rewind

# Numbers that were given out after the backup are in use outside: a 1.6 charger ends the transaction it was told,
# programs keep ids of the API. So all counters jump by more than can have been given out since.
STEP = 1_000_000

Say = Callable[[str], None]


def restore(path: Path, *, replace: str = "", force: bool = False, say: Say, progress: Progress) -> Manifest:
    """Restore the backup at `path`. `replace`: the name of the database that may be lost for it. `force`: even while
    others use it. Raises BackupProblem, and then all is as it was."""
    with Reader(path) as archive:
        _check_origin(archive.manifest)
        database = _restoration(archive)
        _check_target(database, replace=replace, force=force)
        say("Checking the backup.")
        archive.check(progress)
        for setting in other_keys(archive):
            say(f"WARNING: {setting} of the environment is not the backup's and wins. See docs/operations.md.")
        _put_in_place(archive, database, say, progress)
    _bring_up_to_date(archive.manifest, say)
    return archive.manifest


def _restoration(archive: Reader) -> "sqlite.Restoration | postgres.Restoration":
    return postgres.Restoration(archive) if connection.vendor == "postgresql" else sqlite.Restoration(archive)


# --- Before ---


def _check_origin(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise BackupProblem(
            f"This is a backup of {manifest.vendor}, and this installation runs on {connection.vendor}. Restore it "
            f"with a DATABASE_URL of {manifest.vendor}; there is no way from one to the other."
        )
    if unknown := unknown_migrations(manifest.migrations):
        raise BackupProblem(
            f"The backup was made by a newer Busbar ({manifest.busbar}): it has {', '.join(unknown[-3:])}, which this "
            "version does not know. Install that version, then restore."
        )


def _check_target(database: "sqlite.Restoration | postgres.Restoration", *, replace: str, force: bool) -> None:
    if not force:
        _check_idle(database)
    if replace not in ("", database.name()):
        raise BackupProblem(f"--replace names {replace!r}, and the database here is {database.name()!r}.")
    if not replace and _is_in_use():
        raise BackupProblem(
            f"This installation has data. To lose all of it for the backup, say --replace {database.name()}."
        )


def _check_idle(database: "sqlite.Restoration | postgres.Restoration") -> None:
    if running := _running_edges():
        raise BackupProblem(
            f"Chargers are connected to {', '.join(running)}. Stop all processes of this installation first; one that "
            "was killed counts for some seconds more. --force restores all the same."
        )
    if others := database.others():
        raise BackupProblem(
            f"The database is in use by {', '.join(sorted(set(others)))}. Stop all processes of this installation "
            "first. --force restores all the same."
        )


def _running_edges() -> list[str]:
    try:
        if EdgeProcess._meta.db_table not in connection.introspection.table_names():
            return []
        return [str(row) for row in EdgeProcess.objects.filter(lease_until__gt=timezone.now())]
    except DatabaseError:
        return []  # damaged: nothing runs on it


def _is_in_use() -> bool:
    try:
        return "django_migrations" in connection.introspection.table_names() and not is_empty()
    except DatabaseError:
        return True  # damaged or half there: not to be thrown away unasked


# --- The exchange ---


def _put_in_place(
    archive: Reader, database: "sqlite.Restoration | postgres.Restoration", say: Say, progress: Progress
) -> None:
    """All that can fail comes first; then the database in one step, and the directories by renames."""
    folders = {MEDIA: Replacement(Path(settings.MEDIA_ROOT))}
    if KEYS_LEFT_OUT not in archive.manifest.without:
        folders[KEYS] = Replacement(keys_dir())
    try:
        say("Restoring files and database.")
        for below, folder in folders.items():
            folder.fill(archive, below, progress)
        database.prepare(progress)
        database.take_place(step=STEP, progress=progress)
    except OSError as error:
        _discard(database, folders.values())
        raise BackupProblem(f"The backup cannot be unpacked: {_words(error)}. Nothing was changed.") from error
    except BaseException:
        _discard(database, folders.values())
        raise
    try:
        for folder in folders.values():
            folder.take_place()
    except OSError as error:
        raise BackupProblem(
            f"The database is restored, but not all files: {_words(error)}. Repair the cause and restore again."
        ) from error


def _discard(database: "sqlite.Restoration | postgres.Restoration", folders: Iterable[Replacement]) -> None:
    database.discard()
    for folder in folders:
        folder.discard()


def _words(error: OSError) -> str:
    return error.strerror or str(error)


def _bring_up_to_date(manifest: Manifest, say: Say) -> None:
    say("Migrating.")
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise BackupProblem(
            f"The backup of {manifest.made_at:%Y-%m-%d %H:%M} is restored, but migrating it failed: {error}. Do not "
            "start this version; repair the cause and run manage.py migrate, or start the version that made the backup."
        ) from error
    rewind.after_restore(made_at=manifest.made_at, now=timezone.now())
