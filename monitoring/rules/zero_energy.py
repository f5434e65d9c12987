"""Ports at which sessions begin and nothing flows."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Phrase
from monitoring.domain.success import STREAK_ATTEMPTS, STREAK_PEOPLE
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, Threshold
from monitoring.rules.charging import finding, port, serious_streaks


class ZeroEnergy(Rule):
    name = "zero_energy"
    title = _("Sessions without energy")
    about = _(
        "Session after session of different id tokens ended with less than 0.1 kWh, while the port says that it is"
        " available. Look at the cable and its latch, at the contactor and at insulation faults in the station's log;"
        " restart the station when it is idle, and charge there yourself before you leave."
    )
    severity = Severity.MAJOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("attempts", _("Sessions without energy in a row"), Decimal(STREAK_ATTEMPTS), least=Decimal(2)),
        Threshold("people", _("Different id tokens among them"), Decimal(STREAK_PEOPLE), least=Decimal(1)),
    )
    clear_after = timedelta(0)

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        for streak in serious_streaks(scope, is_zero_energy=True):
            yield finding(
                streak.evse,
                began_at=streak.since,
                said=Phrase(
                    "%(attempts)s sessions in a row at EVSE %(evse)s of %(station)s gave no energy,"
                    " to %(people)s different id tokens.",
                    attempts=streak.attempts,
                    people=streak.people,
                    **port(streak.evse),
                ),
                evidence={"attempts": streak.attempts, "people": streak.people, "streak": streak.pk},
            )
