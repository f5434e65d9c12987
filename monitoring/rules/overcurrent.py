"""EVSEs that give more than they are rated for."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Figure, Phrase
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, Threshold, evse_subject
from stations.models import Session

# Older readings tell nothing of now.
FRESH = timedelta(minutes=15)


class Overcurrent(Rule):
    name = "overcurrent"
    title = _("EVSE gives more than it is rated for")
    about = _(
        "The power measured in a running session is above the EVSE's rating, for longer than a reading. Either the"
        " rating entered for the EVSE is wrong, or cables and fuses carry more than they should."
    )
    severity = Severity.CRITICAL
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("percent", _("Above the rating by"), Decimal(10), _("percent")),
    )
    raise_after = timedelta(minutes=1)
    clear_after = timedelta(minutes=5)

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        sessions = Session.objects.filter(
            ended_at=None,
            station__in=scope.stations,
            metered_at__gt=now - FRESH,
            evse__max_power_w__gt=0,
            power_w__gt=F("evse__max_power_w"),
        )
        for session in sessions.select_related("evse", "station__site").order_by("pk"):
            evse, site = session.evse, session.station.site
            if evse is None or evse.max_power_w is None or session.power_w is None:
                continue
            percent = float(scope.threshold("percent", site.pk))
            if session.power_w <= evse.max_power_w * (1 + percent / 100):
                continue
            yield Finding(
                subject=evse_subject(evse.pk),
                organization_id=site.organization_id,
                site_id=site.pk,
                station_id=session.station_id,
                evse_id=evse.pk,
                began_at=session.metered_at or now,
                said=Phrase(
                    "EVSE %(evse)s of %(station)s gives more than the %(rated)s kW it is rated for",
                    evse=evse.number,
                    station=session.station.identity,
                    rated=Figure(evse.max_power_w / 1000, 1),
                ),
                evidence={"session": session.pk, "power_w": session.power_w, "rated_w": evse.max_power_w},
            )
