"""A charger that comes and goes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.db.models import Count, Max, Min
from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Phrase
from monitoring.domain.attribution import NOT_THEIRS
from monitoring.models import Drop, Severity
from monitoring.rules.base import Finding, Rule, Scope, Text, Threshold, station_subject
from stations.domain.partings import OURS

WINDOW = timedelta(hours=1)


class Flapping(Rule):
    name: ClassVar[str] = "flapping"
    title: ClassVar[Text] = _("Connection comes and goes")
    about: ClassVar[Text] = _(
        "The charger lost its connection many times within an hour. Its connectivity page says whether the site's"
        " router, the provider or the charger itself is behind it; our own restarts do not count."
    )
    severity: ClassVar[Severity] = Severity.MINOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (Threshold("drops", _("Drops in an hour"), Decimal(5), _("drops")),)
    clear_after: ClassVar[timedelta] = timedelta(minutes=15)

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        drops = Drop.objects.filter(station__in=scope.stations, at__gt=now - WINDOW, at__lte=now)
        theirs = drops.exclude(culprit__in=[culprit.value for culprit in NOT_THEIRS]).exclude(parting__in=list(OURS))
        rows = theirs.values("station", "station__identity", "station__site", "organization").annotate(
            count=Count("id"), first=Min("at"), cause=Max("cause")
        )
        for row in rows:
            if row["count"] >= scope.threshold("drops", row["station__site"]):
                yield Finding(
                    subject=station_subject(row["station"]),
                    organization_id=row["organization"],
                    site_id=row["station__site"],
                    station_id=row["station"],
                    evse_id=None,
                    began_at=row["first"],
                    said=Phrase(
                        "%(station)s lost its connection %(count)d times within an hour.",
                        station=row["station__identity"],
                        count=row["count"],
                    ),
                    evidence={"drops": row["count"]},
                    causes=(row["cause"],) if row["cause"] else (),
                )
