"""Ports that deliver less than they are made for."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Figure, Phrase
from monitoring.domain.delivered_power import LEAST_VEHICLES, LOW_SHARE
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, Threshold
from monitoring.rules.charging import finding, port
from monitoring.selectors.low_power import weak_ports


class LowPower(Rule):
    name = "low_power"
    title = _("Power below rating")
    about = _(
        "Every vehicle that charged at the port in two weeks was given much less than it asked for, or takes elsewhere,"
        " though the port is rated for more and no charging profile limits it. Look for power modules that are switched"
        " off, blocked fans and filters, a cable that is cooled badly, a lost phase, and a limit set in the station."
    )
    severity = Severity.MINOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold(
            "percent",
            _("Of the power a vehicle could have had, less than"),
            Decimal(str(100 * LOW_SHARE)),
            "%",
            most=Decimal(100),
        ),
        Threshold("vehicles", _("Different id tokens, at least"), Decimal(LEAST_VEHICLES), least=Decimal(1)),
    )
    every = timedelta(hours=1)
    is_slow = True

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        weak = weak_ports(
            scope.stations,
            now=now,
            low_share=lambda site_id: float(scope.threshold("percent", site_id)) / 100,
            vehicles=lambda site_id: int(scope.threshold("vehicles", site_id)),
        )
        for one in weak:
            low = one.shortfall
            yield finding(
                one.evse,
                began_at=one.since,
                said=Phrase(
                    "EVSE %(evse)s of %(station)s gave %(vehicles)s vehicles at most %(peak)s kW,"
                    " where %(possible)s kW were possible.",
                    vehicles=low.vehicles,
                    peak=Figure(low.peak_w / 1000, 1),
                    possible=Figure(low.possible_w / 1000, 1),
                    **port(one.evse),
                ),
                evidence={
                    "vehicles": low.vehicles,
                    "peak_power_w": round(low.peak_w),
                    "possible_power_w": round(low.possible_w),
                    "rated_power_w": one.evse.max_power_w,
                },
            )
