"""The network as the files that an import reads: what the viewer sees, and no secrets."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from drivers.permissions import Viewer
from stations.domain import opening_hours_text
from stations.models import Site, Station
from stations.selectors import visible_sites, visible_stations

# Rows that stand in memory at a time.
CHUNK = 1000


def exported_sites(viewer: Viewer) -> Iterator[Sequence[Site]]:
    """The viewer's sites with their contacts and organizations, a chunk at a time."""
    yield from _in_chunks(visible_sites(viewer).select_related("organization").prefetch_related("contacts"))


def exported_stations(viewer: Viewer) -> Iterator[Sequence[Station]]:
    """The same of stations that were taken in, with EVSEs and connectors."""
    stations = visible_stations(viewer).filter(quarantined_at=None).select_related("site__organization")
    yield from _in_chunks(stations.prefetch_related("evses__connectors"))


def _in_chunks(rows: QuerySet[Any]) -> Iterator[Sequence[Any]]:
    last = 0
    while some := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = some[-1].pk
        yield some


def hours_text(site: Site) -> str:
    return opening_hours_text.write(site.hours) if site.hours else ""
