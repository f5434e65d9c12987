"""Two chargers with one identity."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Phrase
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, Threshold, station_subject
from stations.models import SharedIdentity

LONGEST = timedelta(days=7)


class IdentityShared(Rule):
    name = "identity_shared"
    title = _("Two chargers share one identity")
    about = _(
        "Two chargers call themselves the same and throw each other out. One of them was set up with the wrong identity"
        " (often after a swap): correct it there. Until then sessions of both are mixed up."
    )
    severity = Severity.MAJOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("minutes", _("Over when none has tried for"), Decimal(60), _("minutes")),
    )
    facts = frozenset({"station.identity_shared"})
    every = timedelta(minutes=5)

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        rows = SharedIdentity.objects.filter(station__in=scope.stations, last_at__gt=now - LONGEST)
        for shared in rows.select_related("station__site"):
            station = shared.station
            if now - shared.last_at > timedelta(minutes=float(scope.threshold("minutes", station.site_id))):
                continue
            yield Finding(
                subject=station_subject(station.pk),
                organization_id=station.site.organization_id,
                site_id=station.site_id,
                station_id=station.pk,
                evse_id=None,
                began_at=shared.detected_at,
                said=Phrase("Two chargers use the identity %(station)s", station=station.identity),
                evidence={
                    "addresses": [shared.first_address, shared.second_address],
                    "serial_numbers": [shared.first_serial, shared.second_serial],
                },
            )
