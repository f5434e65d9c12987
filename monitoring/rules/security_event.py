"""Security events that chargers report."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.db.models import Count, Max, Min
from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Phrase
from monitoring.domain.faults import weight_of_security_event
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, Threshold, station_subject
from stations.models import SecurityEvent

LONGEST = timedelta(days=31)


class SecurityEventReported(Rule):
    name = "security_event"
    title = _("Security event at a station")
    about = _(
        "A station reported an event that its specification calls critical: an opened housing, a wrong signature, a"
        " cleared log. Restarts, updates and clock settings do not count. It stays open for some hours, since an event"
        " has no end: check the station's security log."
    )
    severity = Severity.MAJOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (Threshold("hours", _("Stays open for"), Decimal(24), _("hours")),)
    facts = frozenset({"security.event"})
    every = timedelta(minutes=5)

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        rows = SecurityEvent.objects.filter(
            station__in=scope.stations, is_critical=True, received_at__gt=now - LONGEST
        ).values("station", "station__identity", "station__site", "station__site__organization", "type")
        counted = rows.annotate(first=Min("received_at"), last=Max("received_at"), count=Count("pk"), newest=Max("pk"))
        for row in counted.order_by("newest"):
            weight = weight_of_security_event(row["type"], is_critical=True)
            hours = timedelta(hours=float(scope.threshold("hours", row["station__site"])))
            if weight is None or now - row["last"] > hours:
                continue
            yield Finding(
                subject=f"{station_subject(row['station'])}:{row['type']}",
                organization_id=row["station__site__organization"],
                site_id=row["station__site"],
                station_id=row["station"],
                evse_id=None,
                began_at=row["last"],
                said=Phrase(
                    "%(station)s reported the security event %(type)s",
                    station=row["station__identity"],
                    type=row["type"],
                ),
                evidence={"event": row["newest"], "last_at": row["last"].isoformat()},
                severity=Severity[weight.name],
            )
