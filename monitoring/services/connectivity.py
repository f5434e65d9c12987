"""Offline spells out of the comings and goings of stations, whatever the order in which the news of them arrives."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from monitoring.models import OfflineSpell
from stations.models import Connection, Station


def note_connected(*, station_id: int, at: datetime) -> None:
    """A station connected: whatever spell lasted over this moment ended with it."""
    with transaction.atomic():
        if _locked(station_id):
            lasting = Q(ended_at=None) | Q(ended_at__gt=at)
            OfflineSpell.objects.filter(lasting, station_id=station_id, started_at__lte=at).update(ended_at=at)


def note_disconnected(*, station_id: int, connection_id: int, at: datetime) -> None:
    """A station went away, last heard of at `at`: a spell begins, and ends where the next connection is known."""
    with transaction.atomic():
        if not _locked(station_id):
            return
        later = Connection.objects.filter(station=station_id, pk__gt=connection_id).order_by("pk")
        ended_at = later.values_list("opened_at", flat=True).first()
        if ended_at is None or ended_at > at:
            OfflineSpell.objects.get_or_create(station_id=station_id, started_at=at, defaults={"ended_at": ended_at})


def _locked(station_id: int) -> bool:
    """Whether the station still exists; its news are dealt with one at a time, or two could miss each other."""
    rows = Station.objects.select_for_update(no_key=True).filter(pk=station_id)
    return bool(rows.values_list("pk", flat=True))
