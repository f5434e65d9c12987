"""Making a backup."""

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection
from django.utils import timezone

from config.backup import BackupProblem, files, postgres, sqlite
from config.backup.archive import Manifest, Progress, Reader, Writer, written_whole
from config.backup.contents import table_of, version

FRAMES = "frames"
KEYS = "keys"


@dataclass(frozen=True, slots=True)
class Choice:
    """What to leave out."""

    without_frames: bool = False
    without_keys: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (FRAMES,) * self.without_frames + (KEYS,) * self.without_keys


def default_path(now: datetime) -> Path:
    return Path(settings.DATA_DIR) / "backups" / f"busbar-{now:%Y%m%dT%H%M%SZ}.zip"


def to_file(path: Path, choice: Choice, progress: Progress) -> Manifest:
    """Write a backup to `path`, which must not exist, and read it again. Raises BackupProblem."""
    if path.exists():
        raise BackupProblem(f"{path} exists already. Name another file: a backup is never written over.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with written_whole(path) as (out, draft):
            manifest = _write(out, choice, progress, scratch=path.parent)
            out.flush()
            with Reader(draft) as written:
                written.check(progress)
        return manifest
    except OSError as error:
        raise BackupProblem(f"{path} cannot be written: {error.strerror or error}. Nothing is left of it.") from error


def to_stream(out: IO[bytes], choice: Choice, progress: Progress) -> Manifest:
    """Write a backup to a pipe: whoever reads it encrypts it, and checks it."""
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".backup-") as scratch:
        try:
            return _write(out, choice, progress, scratch=Path(scratch))
        except OSError as error:
            raise BackupProblem(f"The backup cannot be written: {error.strerror or error}.") from error


def _write(out: IO[bytes], choice: Choice, progress: Progress, *, scratch: Path) -> Manifest:
    made_at = timezone.now()
    emptied = [table_of("stations.Frame")] if choice.without_frames else []
    with Writer(out, progress) as archive:
        if connection.vendor == "postgresql":
            contents, client = postgres.write(archive, emptied=emptied), postgres.client_version()
        else:
            contents, client = sqlite.write(archive, scratch=scratch, emptied=emptied), 0
        # After the database: a file too many does no harm, one too few is a row without its file.
        files.write_media(archive)
        if not choice.without_keys:
            files.write_keys(archive)
        manifest = Manifest(
            made_at=made_at,
            busbar=version(),
            vendor=connection.vendor,
            migrations=contents.migrations,
            rows=contents.rows | dict.fromkeys(emptied, 0),
            client=client,
            without=choice.names,
            files=archive.files,
        )
        archive.close(manifest)
    return manifest
