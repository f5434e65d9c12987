"""What a benchmark has found: one table for people, one line of JSON for programs, and the machine it was found on."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg

from benchmarks.databases import server_url


@dataclass(frozen=True)
class Goal:
    """Something that a figure should reach, in words with the figure, and whether it did."""

    text: str
    is_met: bool


def machine() -> str:
    """The processor, how many cores, and the versions of what runs on it."""
    return ", ".join(
        [_processor(), f"{os.cpu_count()} cores", f"Python {platform.python_version()}", *_postgres(), _load()]
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as info:
            names = [line.partition(":")[2].strip() for line in info if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def _postgres() -> list[str]:
    if "DATABASE_URL" not in os.environ:
        return []
    try:
        with psycopg.connect(server_url(), connect_timeout=3) as server:
            version = server.info.server_version
    except psycopg.OperationalError:
        return []
    return [f"PostgreSQL {version // 10000}.{version % 10000}"]


def _load() -> str:
    """What else ran meanwhile shows here."""
    return f"load {os.getloadavg()[0]:.1f}"


@dataclass
class Report:
    """Rows have the same keys, which head the columns; units stand in the keys."""

    name: str
    rows: list[dict[str, Any]]
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    machine: str = field(default_factory=machine)

    def table(self) -> str:
        """The rows as an aligned table, the goals and notes below it."""
        heads = list(self.rows[0]) if self.rows else []
        cells = [heads, *([_shown(row.get(head)) for head in heads] for row in self.rows)]
        widths = [max(len(line[column]) for line in cells) for column in range(len(heads))]
        lines = [_aligned(line, widths) for line in cells]
        goals = [f"goal {'met   ' if goal.is_met else 'MISSED'}  {goal.text}" for goal in self.goals]
        return "\n".join([f"{self.name}: {self.machine}", "", *lines, "", *goals, *self.notes]).rstrip() + "\n"

    def json(self) -> str:
        """Everything, in one line."""
        return json.dumps(asdict(self), ensure_ascii=False)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    """The first column is a name and stands on the left, the others are figures."""
    first, *others = zip(line, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)])


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of `values` do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0
