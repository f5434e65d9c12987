"""What every change of an incident leaves behind: a line of its timeline, and a nudge for open pages."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from drivers.models import User
from monitoring.domain.incidents import EntryKind
from monitoring.models import Incident, IncidentEntry
from stations import live

# A page of one station is rarely open: of a great outage, only so many are told.
MOST_STATIONS = 200


def entry(
    incident: Incident,
    kind: EntryKind,
    *,
    at: datetime,
    by: User | None = None,
    text: str = "",
    data: Mapping[str, Any] | None = None,
) -> IncidentEntry:
    """An unsaved line. `text` in English, or a person's own words."""
    return IncidentEntry(incident=incident, kind=kind, at=at, by=by, text=text[:5000], data=dict(data or {}))


def add(incident: Incident, kind: EntryKind, **more: Any) -> IncidentEntry:
    """The line, saved; see `entry`."""
    line = entry(incident, kind, **more)
    line.save(force_insert=True)
    return line


def nudge(organizations: Iterable[int], stations: Iterable[int] = ()) -> None:
    """Tell open pages, once this transaction is committed."""
    groups = [live.organization_group(pk) for pk in sorted(set(organizations))]
    groups += [live.station_group(pk) for pk in sorted(set(stations))[:MOST_STATIONS]]
    transaction.on_commit(partial(live.nudge, *groups), robust=True)
