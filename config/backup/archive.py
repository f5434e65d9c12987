"""The file of a backup: a ZIP archive that is written and read as a stream, with a manifest at its end.

A common format, so that what is in it can be had without Busbar too. Its directory is written last: a file that was cut
short does not open.
"""

import hashlib
import json
import os
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol

from config.backup import BackupProblem

# Of this layout; raised when an older Busbar could not read it.
FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20

# Called with the number of bytes that went through.
Progress = Callable[[int], None]


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds and where it comes from."""

    made_at: datetime
    busbar: str
    vendor: str
    migrations: tuple[str, ...]
    rows: Mapping[str, int]
    # Major version of pg_dump; 0 on SQLite.
    client: int = 0
    without: tuple[str, ...] = ()
    format: int = FORMAT
    # Name of a file in the archive → its size and SHA-256.
    files: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    def to_json(self) -> bytes:
        told = asdict(self) | {"made_at": self.made_at.isoformat()}
        return json.dumps(told, indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Manifest":
        """Raises ValueError, KeyError or TypeError where this is none."""
        told: dict[str, Any] = json.loads(text)
        return cls(
            made_at=datetime.fromisoformat(told["made_at"]),
            busbar=str(told["busbar"]),
            vendor=str(told["vendor"]),
            migrations=tuple(told["migrations"]),
            rows=dict(told["rows"]),
            client=int(told["client"]),
            without=tuple(told["without"]),
            format=int(told["format"]),
            files={name: (int(size), str(digest)) for name, (size, digest) in told["files"].items()},
        )


class Writer:
    """Writes files into a new archive at `out`, which need not be seekable."""

    def __init__(self, out: IO[bytes], progress: Progress) -> None:
        self.files: dict[str, tuple[int, str]] = {}
        self._zip = zipfile.ZipFile(out, "w", allowZip64=True)
        self._progress = progress

    def __enter__(self) -> "Writer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            # Whatever it says: what was written is of no use to anybody.
            with suppress(OSError, ValueError):
                self._zip.close()

    @contextmanager
    def file(self, name: str, *, is_packed: bool = False) -> Iterator[Sink]:
        """A file to be written now. `is_packed`: its content is compressed already."""
        info = zipfile.ZipInfo(name, date_time=time.gmtime()[:6])
        info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with self._zip.open(info, "w", force_zip64=True) as out:
            counted = _Counted(out, self._progress)
            yield counted
        self.files[name] = (counted.size, counted.digest.hexdigest())

    def close(self, manifest: Manifest) -> None:
        """The manifest, and the archive's directory."""
        self._zip.writestr(zipfile.ZipInfo(MANIFEST, date_time=time.gmtime()[:6]), manifest.to_json())
        self._zip.close()


class _Counted:
    """Passes bytes on, and knows how many and which."""

    def __init__(self, out: Sink, progress: Progress) -> None:
        self.size = 0
        self.digest = hashlib.sha256()
        self._out = out
        self._progress = progress

    def write(self, data: bytes) -> None:
        self._out.write(data)
        self.digest.update(data)
        self.size += len(data)
        self._progress(len(data))


class Reader:
    """Reads an archive. Raises BackupProblem for a file that is none, or is damaged."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise BackupProblem(f"{path} cannot be read: {error.strerror}.") from error
        except zipfile.BadZipFile as error:
            raise BackupProblem(f"{path} is no backup, or it was cut short: {error}. Take another one.") from error
        self._path = path
        self.manifest = self._read_manifest()

    def __enter__(self) -> "Reader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def _read_manifest(self) -> Manifest:
        try:
            text = self._zip.read(MANIFEST)
            made_for = json.loads(text).get("format", 0)
            if made_for > FORMAT:
                raise BackupProblem(
                    f"{self._path} was made by a newer Busbar ({made_for} is its format, {FORMAT} the newest known "
                    "here). Install that version, then restore."
                )
            return Manifest.from_json(text)
        except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
            raise BackupProblem(f"{self._path} is no backup of Busbar, or its manifest is damaged: {error}.") from error

    def names(self, below: str = "") -> list[str]:
        """The files whose names begin so."""
        return [name for name in self.manifest.files if name.startswith(below)]

    def text(self, name: str) -> str:
        """The content of a small file; empty where there is none."""
        return b"".join(self.chunks(name)).decode().strip() if name in self.manifest.files else ""

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content of a file, piece by piece."""
        try:
            with self._zip.open(name) as source:
                while chunk := source.read(CHUNK):
                    yield chunk
        except (KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise BackupProblem(f"{self._path} is damaged at {name}: {error}. Take another backup.") from error

    def check(self, progress: Progress) -> None:
        """Read everything and compare it with the manifest."""
        for name, (size, digest) in self.manifest.files.items():
            found, read = hashlib.sha256(), 0
            for chunk in self.chunks(name):
                found.update(chunk)
                read += len(chunk)
                progress(len(chunk))
            if (read, found.hexdigest()) != (size, digest):
                raise BackupProblem(f"{self._path} is damaged: {name} is not what was written. Take another backup.")


@contextmanager
def written_whole(path: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """A new file, for its owner alone, and the name it has until it is whole and on the disk."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as out:
            yield out, draft
            out.flush()
            os.fsync(out.fileno())
        draft.rename(path)
        sync_directory(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def sync_directory(path: Path) -> None:
    """A rename in this directory survives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
