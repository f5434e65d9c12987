"""EVSEs that give more than they are rated for."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Figure, Phrase
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, Threshold, evse_subject
from monitoring.selectors.overcurrent import Overload, by_phase, by_power


class Overcurrent(Rule):
    """Phases before power: a vehicle on one phase may overload it far beneath the power of all three."""

    name = "overcurrent"
    title = _("EVSE gives more than it is rated for")
    about = _(
        "The current of a phase, or the power, of a running session is above the EVSE's rating, for longer than a"
        " reading. Either the rating entered for the EVSE is wrong, or cables and fuses carry more than they should."
        " Compare the rating with the name plate; if it is right, stop the session and limit the EVSE until it is"
        " measured on site."
    )
    severity = Severity.CRITICAL
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("percent", _("Above the rating by"), Decimal(10), _("percent")),
    )
    raise_after = timedelta(minutes=1)
    clear_after = timedelta(minutes=5)

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        told: set[int] = set()
        for overload in [*by_phase(scope.stations, now=now), *by_power(scope.stations, now=now)]:
            session = overload.session
            factor = 1 + float(scope.threshold("percent", session.station.site_id)) / 100
            if session.evse_id is None or session.evse_id in told or overload.measured <= overload.rated * factor:
                continue
            told.add(session.evse_id)
            yield _finding(overload, session.evse_id)


def _finding(overload: Overload, evse_id: int) -> Finding:
    session = overload.session
    unit = "a" if overload.phase else "w"
    return Finding(
        subject=evse_subject(evse_id),
        organization_id=session.station.site.organization_id,
        site_id=session.station.site_id,
        station_id=session.station_id,
        evse_id=evse_id,
        began_at=overload.at,
        said=_said(overload),
        evidence={
            "session": session.pk,
            **({"phase": overload.phase} if overload.phase else {}),
            f"measured_{unit}": round(overload.measured, 1),
            f"rated_{unit}": round(overload.rated, 1),
        },
    )


def _said(overload: Overload) -> Phrase:
    """Without what was measured: that is another with each reading, and no news."""
    evse = overload.session.evse
    place = {"station": overload.session.station.identity, "evse": evse.number if evse else 0}
    if overload.phase:
        return Phrase(
            "EVSE %(evse)s of %(station)s carries more on %(phase)s than the %(rated)s A it is rated for",
            **place,
            phase=overload.phase,
            rated=Figure(overload.rated, 1),
        )
    rated = Figure(overload.rated / 1000, 1)
    return Phrase("EVSE %(evse)s of %(station)s gives more than the %(rated)s kW it is rated for", **place, rated=rated)
