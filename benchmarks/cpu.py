"""CPU-seconds, user and system, from /proc: what work costs, whatever else the machine does meanwhile."""

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

import psycopg

_TICKS = os.sysconf("SC_CLK_TCK")
# Server processes of PostgreSQL that end between two looks are counted up to the former.
SAMPLE_S = 0.5
# Beside a database's own backends these work for it. On a server that others use too, they work for those as well.
_SHARED = ("checkpointer", "walwriter", "background writer")


def of_process(pid: int) -> float:
    """CPU-seconds of a process and of its children, living or reaped."""
    return sum(_with_reaped(one) for one in [pid, *_descendants(pid)])


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third (state) on; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _own(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def _with_reaped(pid: int) -> float:
    fields = _stat(pid)
    return sum(int(value) for value in fields[11:15]) / _TICKS if fields else 0.0


def _descendants(pid: int) -> list[int]:
    parents = {int(path.name): _stat(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit()}
    found = [pid]
    for one in found:
        found += [child for child, fields in parents.items() if fields and int(fields[1]) == one]
    return found[1:]


class Usage:
    """CPU-seconds by name while the block runs.

    `processes`: by name, the pid of each; their children count. `database_url`: its backends with the server's
    checkpointer and writers count as "database"; the server has to run on this machine.
    """

    def __init__(self, processes: Mapping[str, int], database_url: str | None = None) -> None:
        self.seconds: dict[str, float] = {}
        self._meters: dict[str, Callable[[], float]] = {
            name: lambda pid=pid: of_process(pid)  # type: ignore[misc]
            for name, pid in processes.items()
        }
        self._database = _Backends(database_url) if database_url else None
        if self._database is not None:
            self._meters["database"] = self._database.seconds

    def __enter__(self) -> "Usage":
        self._before = {name: meter() for name, meter in self._meters.items()}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.seconds = {name: meter() - self._before[name] for name, meter in self._meters.items()}
        if self._database is not None:
            self._database.close()

    @property
    def total(self) -> float:
        return sum(self.seconds.values())

    def per_thousand(self, count: int, *names: str) -> float:
        """CPU-seconds for each 1,000 of `count`, of the named or of all."""
        counted: Iterable[str] = names or self.seconds
        return sum(self.seconds[name] for name in counted) / count * 1000 if count else 0.0


class _Backends:
    """The server processes that work for one database; watched, since some end before the measurement does."""

    def __init__(self, url: str) -> None:
        name = urlsplit(url).path.strip("/")
        others = "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        self._query = f"{others} AND (datname = %s OR backend_type = ANY(%s))"
        self._arguments = (name, list(_SHARED))
        self._watcher = psycopg.connect(urlsplit(url)._replace(path="/postgres").geturl(), autocommit=True)
        self._seen: dict[int, float] = {}
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._look()
        if not any(self._seen.values()):
            raise RuntimeError("PostgreSQL's processes are not on this machine, or /proc does not show them.")
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def seconds(self) -> float:
        self._look()
        return sum(self._seen.values())

    def close(self) -> None:
        self._done.set()
        self._thread.join()
        self._watcher.close()

    def _watch(self) -> None:
        while not self._done.wait(SAMPLE_S):
            self._look()

    def _look(self) -> None:
        with self._lock:
            for (pid,) in self._watcher.execute(self._query, self._arguments).fetchall():
                self._seen[pid] = max(self._seen.get(pid, 0.0), _own(pid))
