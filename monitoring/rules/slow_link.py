"""A charger whose pings take long."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.db.models import Min, Sum
from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Figure, Phrase
from monitoring.models import Severity, StationLink
from monitoring.rules.base import Finding, Rule, Scope, Text, Threshold, station_subject
from stations.models import LinkHour

# This hour and the last one; fewer pings are an accident (three come in a minute).
WINDOW = timedelta(hours=1)
LEAST_PINGS = 20


class SlowLink(Rule):
    name: ClassVar[str] = "slow_link"
    title: ClassVar[Text] = _("Slow connection")
    about: ClassVar[Text] = _(
        "Pings to the charger take long on the mean of an hour or two: drivers wait, and commands time out. Poor"
        " reception is the usual reason; several chargers of one provider at once point to the provider. Run a network"
        " test from the station's page; if its signal is weak, try another antenna place or SIM."
    )
    severity: ClassVar[Severity] = Severity.MINOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("milliseconds", _("Round trip of a ping"), Decimal(1500), _("ms")),
    )
    raise_after: ClassVar[timedelta] = timedelta(minutes=10)
    clear_after: ClassVar[timedelta] = timedelta(minutes=30)
    every: ClassVar[timedelta] = timedelta(minutes=5)

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        since = now.replace(minute=0, second=0, microsecond=0) - WINDOW
        rows = (
            LinkHour.objects.filter(station__in=scope.stations, hour__gte=since)
            .values("station", "station__identity", "station__site", "station__site__organization")
            .annotate(all_pings=Sum("pings"), took_ms=Sum("rtt_sum_ms"), first=Min("hour"))
            .filter(all_pings__gte=LEAST_PINGS)
        )
        slow = [
            (row, mean)
            for row in rows
            if (mean := row["took_ms"] / row["all_pings"]) > scope.threshold("milliseconds", row["station__site"])
        ]
        links = StationLink.objects.filter(station__in=[row["station"] for row, _mean in slow]).exclude(provider="")
        providers = dict(links.values_list("station", "provider"))
        for row, mean in slow:
            provider = providers.get(row["station"])
            yield Finding(
                subject=station_subject(row["station"]),
                organization_id=row["station__site__organization"],
                site_id=row["station__site"],
                station_id=row["station"],
                evse_id=None,
                began_at=row["first"],
                said=Phrase("Pings to %(station)s take %(ms)s ms.", station=row["station__identity"], ms=Figure(mean)),
                evidence={"rtt_ms": round(mean), "pings": row["all_pings"]},
                causes=(f"provider:{provider}",) if provider else (),
            )
