"""What an installation keeps beside its database: its keys, and what chargers uploaded."""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.conf import settings

from config.backup.archive import CHUNK, Progress, Reader, Sink, Writer, sync_directory

KEYS = "keys/"
MEDIA = "media/"
# Read from the environment, they are no files; in the backup they are.
ENVIRONMENT = {"keys/secret_key": "SECRET_KEY", "keys/field_key": "FIELD_KEY"}


def keys_dir() -> Path:
    return Path(settings.DATA_DIR) / "keys"


def write_keys(archive: Writer) -> None:
    """SECRET_KEY and FIELD_KEY as they are in use, and the certificate authority."""
    for name, setting in ENVIRONMENT.items():
        with archive.file(name) as out:
            out.write(getattr(settings, setting).encode())
    for path in _files(keys_dir()):
        name = KEYS + path.relative_to(keys_dir()).as_posix()
        if name not in archive.files:
            _write(archive, name, path)


def write_media(archive: Writer) -> None:
    root = Path(settings.MEDIA_ROOT)
    for path in _files(root):
        _write(archive, MEDIA + path.relative_to(root).as_posix(), path)


def _files(root: Path) -> Iterator[Path]:
    """All files below, without drafts, in one order."""
    for folder, subfolders, names in os.walk(root):
        subfolders.sort()
        yield from (Path(folder) / name for name in sorted(names) if not name.startswith("."))


def _write(archive: Writer, name: str, path: Path) -> None:
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return  # its retention ended since the folder was read
    with source, archive.file(name) as out:
        shutil.copyfileobj(source, out, CHUNK)


class Replacement:
    """A directory that is written beside the one in use and takes its place in two renames."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._new = target.with_name(f".{target.name}.new")
        self._old = target.with_name(f".{target.name}.old")

    def fill(self, archive: Reader, below: str, progress: Progress) -> None:
        """Write the archive's files with names below `below`. Raises BackupProblem or OSError."""
        self.discard()
        self._new.mkdir(parents=True, mode=0o700)
        for name in archive.names(below):
            path = self._new / name.removeprefix(below)
            if not path.resolve().is_relative_to(self._new.resolve()):
                raise ValueError(f"{name} points out of the backup.")
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
                copy(archive, name, out, progress)
                out.flush()
                os.fsync(out.fileno())

    def take_place(self) -> None:
        shutil.rmtree(self._old, ignore_errors=True)
        if self._target.exists():
            self._target.rename(self._old)
        self._new.rename(self._target)
        sync_directory(self._target.parent)
        shutil.rmtree(self._old, ignore_errors=True)

    def discard(self) -> None:
        """Remove what was written and did not take its place."""
        shutil.rmtree(self._new, ignore_errors=True)


def copy(archive: Reader, name: str, out: Sink, progress: Progress) -> None:
    """Write one file of the archive to `out`."""
    for chunk in archive.chunks(name):
        out.write(chunk)
        progress(len(chunk))


def other_keys(archive: Reader) -> Sequence[str]:
    """Settings that the environment says otherwise than the backup."""
    return [
        setting
        for name, setting in ENVIRONMENT.items()
        if os.environ.get(setting) and name in archive.manifest.files and archive.text(name) != os.environ[setting]
    ]
