"""The measures of stations by day that early signs are looked for in."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.db.models import Max, QuerySet

from monitoring.domain.early_signs import BEFORE, RECENT, Measure, Sign, common_change, sign_of
from monitoring.models import Alert, LinkDay, TemperatureDay
from stations.models import EvseRollup, Station
from stations.models.rollup import Rollup

CHUNK = 500
Series = dict[Measure, dict[date, float]]


def signs(
    stations: QuerySet[Station], sensitivity: Callable[[Station], float], *, today: date
) -> Iterator[tuple[Station, list[Sign]]]:
    """Stations that show signs, in three queries for each 500; peers are those of the 500 of the same organization."""
    last = 0
    while chunk := list(stations.filter(pk__gt=last).select_related("site").order_by("pk")[:CHUNK]):
        last = chunk[-1].pk
        found = _of([station.pk for station in chunk], today - RECENT - BEFORE)
        common = _common(chunk, found, today)
        for station in chunk:
            shown = [
                sign
                for measure, values in found.get(station.pk, {}).items()
                if (
                    sign := sign_of(
                        measure,
                        values,
                        today=today,
                        sensitivity=sensitivity(station),
                        common=common[station.site.organization_id, measure],
                    )
                )
            ]
            if shown:
                yield station, shown


def _common(chunk: Sequence[Station], found: Mapping[int, Series], today: date) -> dict[tuple[int, Measure], float]:
    """What the stations of an organization have in common of each measure's change."""
    peers: dict[int, list[Series]] = defaultdict(list)
    for station in chunk:
        peers[station.site.organization_id].append(found.get(station.pk, {}))
    return {
        (organization, measure): common_change(measure, [series.get(measure, {}) for series in own], today=today)
        for organization, own in peers.items()
        for measure in Measure
    }


def with_days(alert: Alert, *, today: date) -> dict[str, Any]:
    """The evidence of early signs with the days they were seen in, up to `today`: what a work order keeps."""
    series = _of([alert.station_id], today - RECENT - BEFORE).get(alert.station_id, {}) if alert.station_id else {}
    signs = [
        {**sign, "days": _days(series.get(Measure(sign["measure"]), {}), today)}
        for sign in alert.evidence.get("signs", [])
    ]
    return {**alert.evidence, "signs": signs, "until": today.isoformat()}


def _days(values: Mapping[date, float], today: date) -> list[list[Any]]:
    return [[day.isoformat(), round(value, 2)] for day, value in sorted(values.items()) if day < today]


def _of(ids: list[int], first: date) -> dict[int, Series]:
    found: dict[int, Series] = defaultdict(lambda: defaultdict(dict))
    days = LinkDay.objects.filter(station__in=ids, day__gte=first)
    names = ("station", "day", "drops", "timeouts", "errors", "queued", "answer_ms")
    for pk, day, drops, timeouts, errors, queued, answer_ms in days.values_list(*names):
        found[pk][Measure.RECONNECTS][day] = drops
        found[pk][Measure.TIMEOUTS][day] = timeouts + errors
        found[pk][Measure.RETRIES][day] = queued
        if answer_ms is not None:
            found[pk][Measure.LATENCY][day] = answer_ms
    heat = TemperatureDay.objects.filter(station__in=ids, day__gte=first)
    for pk, day, degrees in heat.values_list("station", "day", "celsius"):
        found[pk][Measure.TEMPERATURE][day] = degrees
    start = datetime.combine(first, time.min, UTC)
    sums = EvseRollup.objects.filter(evse__station__in=ids, interval=Rollup.Interval.DAY, start__gte=start)
    powers = sums.values_list("evse__station", "start").annotate(peak=Max("peak_power_w"))
    for pk, at, peak in powers:
        if peak:
            found[pk][Measure.POWER][at.date()] = peak
    return found
