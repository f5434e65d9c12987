"""Stations at which drivers wait for our word on their id token."""

import statistics
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Figure, Phrase
from monitoring.models import Attempt, Severity
from monitoring.rules.base import Finding, Rule, Scope, Text, Threshold, station_subject
from stations.models import Station

WINDOW = timedelta(days=1)


class SlowAuthorize(Rule):
    name: ClassVar[str] = "slow_authorize"
    title: ClassVar[Text] = _("Slow to authorize")
    about: ClassVar[Text] = _(
        "Drivers at the station wait long for the word on their id token: half of them longer than this within a day,"
        " from the charger's message to our answer. If it is so at all stations, Busbar or its database is overloaded;"
        " at one alone, look at what else it sends at that moment."
    )
    severity: ClassVar[Severity] = Severity.MINOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("seconds", _("Median time to authorize"), Decimal(3), _("seconds")),
        Threshold("attempts", _("Attempts within a day, at least"), Decimal(5), least=Decimal(1)),
    )
    every: ClassVar[timedelta] = timedelta(minutes=10)
    is_slow: ClassVar[bool] = True

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        told = Attempt.objects.filter(
            evse__station__in=scope.stations, began_at__gt=now - WINDOW, began_at__lte=now, authorize_s__isnull=False
        ).order_by()
        rows = told.values_list("evse__station", "evse__station__site").annotate(n=Count("pk"), most=Max("authorize_s"))
        candidates = [
            station_id
            for station_id, site_id, n, most in rows
            if n >= scope.threshold("attempts", site_id) and most > scope.threshold("seconds", site_id)
        ]
        waits: defaultdict[int, list[float]] = defaultdict(list)
        of_them = told.filter(evse__station__in=candidates).values_list("evse__station", "authorize_s", "began_at")
        since: dict[int, datetime] = {}
        for station_id, wait_s, began_at in of_them:
            waits[station_id].append(wait_s or 0.0)
            since[station_id] = min(began_at, since.get(station_id, began_at))
        for station in Station.objects.filter(pk__in=candidates).select_related("site"):
            median_s = statistics.median(waits[station.pk])
            if median_s > scope.threshold("seconds", station.site_id):
                yield _finding(station, median_s, len(waits[station.pk]), since[station.pk])


def _finding(station: Station, median_s: float, attempts: int, since: datetime) -> Finding:
    return Finding(
        subject=station_subject(station.pk),
        organization_id=station.site.organization_id,
        site_id=station.site_id,
        station_id=station.pk,
        evse_id=None,
        began_at=since,
        said=Phrase(
            "Half of the drivers at %(station)s wait more than %(seconds)s s for the word on their id token.",
            station=station.identity,
            seconds=Figure(median_s, 1),
        ),
        evidence={"median_s": round(median_s, 2), "attempts": attempts},
    )
