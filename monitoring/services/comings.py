"""News of connections, in the words that spells without one and drops are made of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from stations.models import Connection


@dataclass(frozen=True, slots=True)
class Coming:
    """A connection of a station began (`is_back`) or ended, at `at`: then it was last heard of."""

    station_id: int
    connection_id: int
    at: datetime
    is_back: bool


def later_connections(ended: Collection[Coming]) -> dict[int, datetime]:
    """When the next connection of the station began, by the id of the one that ended; those that had one."""
    wanted = [Q(station=gone.station_id, pk__gt=gone.connection_id) for gone in ended]
    if not wanted:
        return {}
    begun: dict[int, list[tuple[int, datetime]]] = {}
    rows = Connection.objects.filter(Q(*wanted, _connector=Q.OR)).order_by("pk")
    for station_id, pk, opened_at in rows.values_list("station", "pk", "opened_at"):
        begun.setdefault(station_id, []).append((pk, opened_at))
    found = {}
    for gone in ended:
        after = (opened_at for pk, opened_at in begun.get(gone.station_id, ()) if pk > gone.connection_id)
        if (first := next(after, None)) is not None:
            found[gone.connection_id] = first
    return found


def one_at_a_time() -> None:
    """Until the end of this transaction nobody else takes news of connections in: two could miss each other's."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('busbar.comings'))")


def by_station(news: Sequence[Coming]) -> dict[int, list[Coming]]:
    """The same, of each station in its order."""
    found: dict[int, list[Coming]] = {}
    for coming in news:
        found.setdefault(coming.station_id, []).append(coming)
    return found
