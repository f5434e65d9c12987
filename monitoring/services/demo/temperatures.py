"""How warm the demo network's chargers were in its last weeks; the filter of one clogs."""

import random
import threading
from collections.abc import Iterator
from datetime import UTC, date, timedelta

from django.db import transaction

from drivers.models import Organization
from monitoring.models import TemperatureDay
from stations.models import Station

DAYS = 40
HOT, HOT_SINCE, HOTTER_C = "ESA-03", 9, 21.0


def make(organization: Organization, stop: threading.Event) -> int:
    """Write the days before the network was made, of stations that have none; returns how many."""
    known = TemperatureDay.objects.filter(station__site__organization=organization).values("station")
    stations = Station.objects.filter(site__organization=organization).exclude(pk__in=known)
    today = organization.created_at.astimezone(UTC).date()
    rows = [row for station in stations for row in _days(station, today)]
    with transaction.atomic():
        TemperatureDay.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def _days(station: Station, today: date) -> Iterator[TemperatureDay]:
    rng = random.Random(f"{station.identity}/warm")  # noqa: S311
    usual = rng.uniform(34, 47)
    for before in range(DAYS, 0, -1):
        # Autumn: a little cooler every day.
        celsius = usual + 0.12 * before + rng.uniform(-3, 3)
        if station.identity == HOT and before <= HOT_SINCE:
            celsius += HOTTER_C
        yield TemperatureDay(station=station, day=today - timedelta(days=before), celsius=round(celsius, 1))
