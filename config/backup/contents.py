"""What a database holds, said in few numbers."""

import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

# Counted when a backup is made, and again when it is restored.
MAIN = (
    "drivers.Organization",
    "drivers.User",
    "drivers.IdToken",
    "stations.Site",
    "stations.Station",
    "stations.Command",
    "stations.Session",
    "stations.MeterSample",
    "stations.Frame",
)
# An installation without any of these is empty.
ESSENTIAL = ("drivers.Organization", "drivers.User", "stations.Station")

Query = Callable[[str], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Contents:
    """Applied migrations (`app.name`), and rows by table."""

    migrations: tuple[str, ...]
    rows: dict[str, int]

    @classmethod
    def read(cls, query: Query) -> "Contents":
        applied = query("SELECT app, name FROM django_migrations ORDER BY id")
        return cls(tuple(f"{app}.{name}" for app, name in applied), rows_of(map(table_of, MAIN), query))


def rows_of(tables: Iterable[str], query: Query) -> dict[str, int]:
    return {table: int(query(f'SELECT count(*) FROM "{table}"')[0][0]) for table in tables}  # noqa: S608 - our names


def table_of(label: str) -> str:
    return str(apps.get_model(label)._meta.db_table)


def is_empty() -> bool:
    """Whether nobody has used this installation yet."""
    return not any(apps.get_model(label)._default_manager.exists() for label in ESSENTIAL)


def unknown_migrations(migrations: Iterable[str]) -> list[str]:
    """Those that this version of Busbar does not have: whoever applied them is newer."""
    loader = MigrationLoader(None)
    ours = {f"{app}.{name}" for app, name in loader.disk_migrations}
    ours |= {f"{app}.{name}" for found in loader.disk_migrations.values() for app, name in found.replaces}
    return [name for name in migrations if name not in ours]


def version() -> str:
    """Busbar's own."""
    return str(tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"])
