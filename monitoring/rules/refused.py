"""Stations of ours that knock and are turned away."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Phrase
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, Threshold, station_subject
from stations.models import RefusedAttempt

LONGEST = timedelta(days=1)


class Refused(Rule):
    name = "refused"
    title = _("Station is turned away")
    about = _(
        "Somebody tries to connect as this station and is refused, while the station itself is away: most often a wrong"
        " password or an expired certificate. Its page says what was wrong and how to set it right."
    )
    severity = Severity.MAJOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("minutes", _("Over when it has not tried for"), Decimal(20), _("minutes")),
    )
    raise_after = timedelta(minutes=2)

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        stations = scope.stations.filter(connection=None)
        rows = RefusedAttempt.objects.filter(station__in=stations, last_at__gt=now - LONGEST).order_by("last_at")
        last = {row.station_id: row for row in rows.select_related("station__site")}
        for attempt in last.values():
            station = attempt.station
            if station is None:
                continue
            if now - attempt.last_at > timedelta(minutes=float(scope.threshold("minutes", station.site_id))):
                continue
            yield Finding(
                subject=station_subject(station.pk),
                organization_id=station.site.organization_id,
                site_id=station.site_id,
                station_id=station.pk,
                evse_id=None,
                began_at=attempt.first_at,
                said=Phrase("Who connects as %(station)s is turned away", station=station.identity),
                evidence={"reason": attempt.reason, "address": attempt.remote_address, "count": attempt.count},
            )
