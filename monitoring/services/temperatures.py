"""Each station's highest temperature of a day, of what it tells by meter values (measurand Temperature) and by events
of its device model (variable Temperature, OCPP 2.x). Taken in twice it is the same."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import orjson
from django.db import transaction

from monitoring.domain.temperature import celsius, highest
from monitoring.models import TemperatureCursor, TemperatureDay
from stations.models import DeviceEvent, MeterSample, Station

CHUNK = 500
# What was received in so much time is read again, for what was still being stored; and as much is read at once.
BACK = timedelta(hours=2)
# After a longer standstill the days before are given up.
LONGEST = timedelta(days=7)
# A station, when we heard it, and the temperature, if it was one.
Reading = tuple[int, datetime, float | None]


def take_in(*, now: datetime) -> int:
    """Take in what was received since the last time; returns of how many stations and days there was something."""
    known = TemperatureCursor.objects.filter(pk=1).values_list("through", flat=True).first()
    since = max(now - LONGEST, min(now, known or now) - BACK)
    taken = 0
    while since < now:
        until = min(since + BACK, now)
        taken += _take_in(since, until, now)
        # One that breaks off goes on here.
        TemperatureCursor.objects.update_or_create(pk=1, defaults={"through": until})
        since = until
    return taken


def _take_in(since: datetime, until: datetime, now: datetime) -> int:
    found: dict[tuple[int, date], float] = {}
    for station_id, at, value in (*_sampled(since, until), *_told(since, until)):
        if value is not None:
            key = (station_id, min(at, now).date())
            found[key] = max(value, found.get(key, value))
    known = set(Station.objects.filter(pk__in={pk for pk, _ in found}).values_list("pk", flat=True))
    rows = [TemperatureDay(station_id=pk, day=day, celsius=value) for (pk, day), value in found.items() if pk in known]
    for start in range(0, len(rows), CHUNK):
        _keep(rows[start : start + CHUNK])
    return len(rows)


def _sampled(since: datetime, until: datetime) -> Iterator[Reading]:
    rows = MeterSample.objects.filter(received_at__gte=since, received_at__lt=until, values__contains='"Temperature"')
    for station_id, at, values in rows.values_list("station", "received_at", "values").iterator():
        sampled = orjson.loads(values)
        yield station_id, at, highest(sampled if isinstance(sampled, list) else [])


def _told(since: datetime, until: datetime) -> Iterator[Reading]:
    rows = DeviceEvent.objects.filter(received_at__gte=since, received_at__lt=until, name__iexact="Temperature")
    for station_id, at, value in rows.values_list("station", "received_at", "actual_value").iterator():
        yield station_id, at, celsius(value)


def _keep(rows: list[TemperatureDay]) -> None:
    """Keep the higher of what is there and what is new."""
    stations, days = {row.station_id for row in rows}, {row.day for row in rows}
    with transaction.atomic():
        before = TemperatureDay.objects.filter(station__in=stations, day__in=days).values_list(
            "station", "day", "celsius"
        )
        known = {(station_id, day): value for station_id, day, value in before}
        for row in rows:
            row.celsius = max(row.celsius, known.get((row.station_id, row.day), row.celsius))
        TemperatureDay.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["station", "day"], update_fields=["celsius"]
        )


def prune(*, older_than: datetime) -> int:
    """Delete days before an instant; returns how many."""
    with transaction.atomic():
        return TemperatureDay.objects.filter(day__lt=older_than.date()).delete()[0]
