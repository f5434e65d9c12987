"""A charger whose clock is wrong."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Phrase
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, Text, Threshold, station_subject

# Below this no threshold makes sense: the network's own delay is in it.
LEAST_S = 5


class ClockWrong(Rule):
    name: ClassVar[str] = "clock_wrong"
    title: ClassVar[Text] = _("Clock is wrong")
    about: ClassVar[Text] = _(
        "The charger's clock is off, so times of its sessions, tariffs and schedules are wrong. It sets itself by our"
        " answers to heartbeats, unless its configuration or its battery keeps it from that. Restart it when it is"
        " idle; if it is wrong again, look for a time server of its own in its configuration, then at the clock's"
        " battery."
    )
    severity: ClassVar[Severity] = Severity.MINOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (Threshold("seconds", _("Seconds off"), Decimal(120), _("seconds")),)
    raise_after: ClassVar[timedelta] = timedelta(minutes=5)
    every: ClassVar[timedelta] = timedelta(minutes=5)

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        off = Q(clock_offset_s__gt=LEAST_S) | Q(clock_offset_s__lt=-LEAST_S)
        for station in scope.stations.filter(off, connection__isnull=False).select_related("site", "connection"):
            offset_s = station.clock_offset_s or 0
            if abs(offset_s) <= scope.threshold("seconds", station.site_id) or station.connection is None:
                continue
            words = (
                Phrase("The clock of %(station)s is %(seconds)d s ahead.", station=station.identity, seconds=offset_s)
                if offset_s > 0
                else Phrase(
                    "The clock of %(station)s is %(seconds)d s behind.", station=station.identity, seconds=-offset_s
                )
            )
            yield Finding(
                subject=station_subject(station.pk),
                organization_id=station.site.organization_id,
                site_id=station.site_id,
                station_id=station.pk,
                evse_id=None,
                began_at=station.connection.opened_at,
                said=words,
                evidence={"offset_s": offset_s},
            )
