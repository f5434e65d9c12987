"""A station that grows worse from day to day, before it fails."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Figure, Phrase
from monitoring.domain.early_signs import Measure, Sign
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, Text, Threshold, station_subject
from monitoring.selectors.early_signs import signs as shown_signs
from stations.models import Station


class EarlySigns(Rule):
    name: ClassVar[str] = "early_signs"
    title: ClassVar[Text] = _("Early signs of a fault")
    about: ClassVar[Text] = _(
        "Lost connections, unanswered calls, retries, slow answers, temperature or falling power have grown worse over"
        " a week than in the four weeks before, and than at other stations. A work order can be made of it before the"
        " station fails."
    )
    severity: ClassVar[Severity] = Severity.MINOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold(
            "sensitivity",
            _("Sensitivity: 2 tells of half the change, 0.5 of twice"),
            Decimal(1),
            least=Decimal("0.1"),
            most=Decimal(10),
        ),
    )
    clear_after: ClassVar[timedelta] = timedelta(hours=12)
    every: ClassVar[timedelta] = timedelta(hours=6)
    is_slow: ClassVar[bool] = True

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        def sensitivity(station: Station) -> float:
            return float(scope.threshold("sensitivity", station.site_id))

        for station, signs in shown_signs(scope.stations, sensitivity, today=now.astimezone(UTC).date()):
            first = min(sign.since for sign in signs)
            yield Finding(
                subject=station_subject(station.pk),
                organization_id=station.site.organization_id,
                site_id=station.site_id,
                station_id=station.pk,
                evse_id=None,
                began_at=datetime.combine(first, time.min, UTC),
                said=Phrase(
                    "%(station)s shows early signs of a fault: %(signs)s",
                    station=station.identity,
                    signs=" ".join(phrase(sign).english for sign in signs),
                ),
                evidence={
                    "said": [phrase(sign).english for sign in signs],
                    "signs": [
                        {
                            "measure": s.measure.value,
                            "before": round(s.before, 2),
                            "recent": round(s.recent, 2),
                            "peers": round(s.common, 2),
                            "since": s.since.isoformat(),
                        }
                        for s in signs
                    ],
                },
            )


def phrase(sign: Sign) -> Phrase:
    """A sign in words, with its figures."""
    return _TEXTS[sign.measure](Figure(sign.before), Figure(sign.recent))


_TEXTS: Mapping[Measure, Callable[[Figure, Figure], Phrase]] = {
    Measure.RECONNECTS: lambda before, now: Phrase(
        "Connections lost in a day: %(now)s, before %(before)s.", now=now, before=before
    ),
    Measure.TIMEOUTS: lambda before, now: Phrase(
        "Calls without an answer, or with an error, in a day: %(now)s, before %(before)s.", now=now, before=before
    ),
    Measure.RETRIES: lambda before, now: Phrase(
        "Messages in a day that did not get through at once: %(now)s, before %(before)s.", now=now, before=before
    ),
    Measure.LATENCY: lambda before, now: Phrase(
        "Answers take %(now)s ms, before %(before)s ms.", now=now, before=before
    ),
    Measure.TEMPERATURE: lambda before, now: Phrase(
        "Highest temperature of a day: %(now)s °C, before %(before)s °C.", now=now, before=before
    ),
    Measure.POWER: lambda before, now: Phrase(
        "Highest power of a day: %(now)s W, before %(before)s W.", now=now, before=before
    ),
}
