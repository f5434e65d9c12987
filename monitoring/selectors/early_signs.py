"""The measures of stations by day that early signs are looked for in."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from django.db.models import Max, QuerySet

from monitoring.domain.early_signs import BEFORE, RECENT, Measure
from monitoring.models import LinkDay
from stations.models import EvseRollup, Station
from stations.models.rollup import Rollup

CHUNK = 500
Series = dict[Measure, dict[date, float]]


def measures(stations: QuerySet[Station], *, today: date) -> Iterator[tuple[Station, Series]]:
    """Station by station, in two queries for each 500."""
    last = 0
    while chunk := list(stations.filter(pk__gt=last).select_related("site").order_by("pk")[:CHUNK]):
        last = chunk[-1].pk
        found = _of([station.pk for station in chunk], today - RECENT - BEFORE)
        for station in chunk:
            yield station, found.get(station.pk, {})


def _of(ids: list[int], first: date) -> dict[int, Series]:
    found: dict[int, Series] = defaultdict(lambda: defaultdict(dict))
    days = LinkDay.objects.filter(station__in=ids, day__gte=first)
    for pk, day, drops, timeouts, answer_ms in days.values_list("station", "day", "drops", "timeouts", "answer_ms"):
        found[pk][Measure.RECONNECTS][day] = drops
        found[pk][Measure.TIMEOUTS][day] = timeouts
        if answer_ms is not None:
            found[pk][Measure.LATENCY][day] = answer_ms
    start = datetime.combine(first, time.min, UTC)
    sums = EvseRollup.objects.filter(evse__station__in=ids, interval=Rollup.Interval.DAY, start__gte=start)
    powers = sums.values_list("evse__station", "start").annotate(peak=Max("peak_power_w"))
    for pk, at, peak in powers:
        if peak:
            found[pk][Measure.POWER][at.date()] = peak
    return found
