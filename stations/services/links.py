"""What edges measured of chargers' links, added up by the hour."""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection as database
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from stations.links import Measured
from stations.models import LinkHour, Station

CHUNK = 500
_SUMS = ("pings", "lost", "rtt_sum_ms", "messages", "delay_sum_ms", "queued")
_MOST = ("rtt_max_ms", "delay_max_ms")


def store(*, measured: Mapping[int, Measured], now: datetime) -> None:
    """Add what was measured (by station) to the rows of this hour; a station that is gone is left out."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    ids = sorted(measured)
    for start in range(0, len(ids), CHUNK):
        with transaction.atomic():
            _add(hour, {pk: measured[pk] for pk in ids[start : start + CHUNK]})


def _add(hour: datetime, measured: Mapping[int, Measured]) -> None:
    known = set(Station.objects.filter(pk__in=measured).values_list("pk", flat=True))
    rows = [_row(pk, hour, found) for pk, found in measured.items() if pk in known]
    if database.vendor == "postgresql":
        _upsert(rows)
        return
    # SQLite has one writer and few chargers.
    LinkHour.objects.bulk_create(
        [LinkHour(station_id=row.station_id, hour=hour) for row in rows], ignore_conflicts=True
    )
    for row in rows:
        sums = {name: F(name) + getattr(row, name) for name in _SUMS}
        most = {name: Greatest(F(name), getattr(row, name)) for name in _MOST}
        LinkHour.objects.filter(station=row.station_id, hour=hour).update(**sums, **most)


def _row(station_id: int, hour: datetime, found: Measured) -> LinkHour:
    return LinkHour(station_id=station_id, hour=hour, **{name: getattr(found, name) for name in (*_SUMS, *_MOST)})


def _upsert(rows: list[LinkHour]) -> None:
    """One statement for all of them: their order keeps two processes from waiting for each other."""
    names = (*_SUMS, *_MOST)
    columns = ", ".join(("station_id", "hour", *names))
    sums = [f"{name} = stations_linkhour.{name} + EXCLUDED.{name}" for name in _SUMS]
    most = [f"{name} = GREATEST(stations_linkhour.{name}, EXCLUDED.{name})" for name in _MOST]
    places = ", ".join([f"({', '.join(['%s'] * (len(names) + 2))})"] * len(rows))
    sql = (
        f"INSERT INTO stations_linkhour ({columns}) VALUES {places} "  # noqa: S608 - names of ours
        f"ON CONFLICT (station_id, hour) DO UPDATE SET {', '.join((*sums, *most))}"
    )
    if rows:
        values = [value for row in rows for value in (row.station_id, row.hour, *(getattr(row, n) for n in names))]
        with database.cursor() as cursor:
            cursor.execute(sql, values)


def prune(*, older_than: datetime, chunk: int = 1000) -> int:
    """Delete hours before an instant; returns how many."""
    removed = 0
    while ids := list(LinkHour.objects.filter(hour__lt=older_than).values_list("pk", flat=True)[:chunk]):
        with transaction.atomic():
            removed += LinkHour.objects.filter(pk__in=ids).delete()[0]
    return removed
