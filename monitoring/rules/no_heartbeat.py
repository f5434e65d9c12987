"""A charger whose socket is open, and which says nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Figure, Phrase
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, Text, Threshold, station_subject


class NoHeartbeat(Rule):
    name: ClassVar[str] = "no_heartbeat"
    title: ClassVar[Text] = _("Connected, but silent")
    about: ClassVar[Text] = _(
        "The socket is open and its pings are answered, but the charger has sent nothing for several heartbeat"
        " intervals: its software may hang. A reset often helps, once nobody charges."
    )
    severity: ClassVar[Severity] = Severity.MAJOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("intervals", _("Heartbeat intervals without a message"), Decimal(3), _("intervals")),
    )

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        interval = timedelta(seconds=settings.OCPP_HEARTBEAT_SECONDS)
        # Who answers to nobody yet is told another interval.
        silent = scope.stations.filter(
            connection__isnull=False, registration="Accepted", last_seen__lt=now - interval
        ).select_related("site")
        for station in silent:
            last_seen = station.last_seen
            if last_seen is None or now - last_seen < float(scope.threshold("intervals", station.site_id)) * interval:
                continue
            silent_s = (now - last_seen).total_seconds()
            yield Finding(
                subject=station_subject(station.pk),
                organization_id=station.site.organization_id,
                site_id=station.site_id,
                station_id=station.pk,
                evse_id=None,
                began_at=last_seen,
                said=Phrase(
                    "%(station)s is connected, but has sent nothing for %(minutes)s minutes.",
                    station=station.identity,
                    minutes=Figure(silent_s // 60),
                ),
                evidence={"silent_s": round(silent_s), "interval_s": settings.OCPP_HEARTBEAT_SECONDS},
            )
