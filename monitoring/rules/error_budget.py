"""Ports that use up their error budget too fast."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Figure, Phrase
from monitoring.domain.uptime import Budget
from monitoring.models import Port, Severity
from monitoring.rules.base import Finding, Rule, Scope, Threshold, evse_subject
from monitoring.selectors.uptime import budgets


class ErrorBudget(Rule):
    name = "error_budget"
    title = _("Error budget runs out")
    about = _(
        "The port was out for so long that it misses its uptime target (97 % over twelve months), or will soon if it "
        "goes on like the last thirty days. Look at its outages and their causes; exclude those that were outside of "
        "your control, with evidence."
    )
    severity = Severity.MINOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("days", _("Used up within"), Decimal(30), _("days")),
        Threshold("burn_rate", _("Burn rate, at least"), Decimal(2)),
    )
    every = timedelta(hours=1)
    clear_after = timedelta(hours=2)
    is_slow = True

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        ports = Port.objects.filter(station__in=scope.stations, removed_at=None, commissioned_at__isnull=False)
        chosen = list(ports.filter(site__isnull=False))
        found = budgets(chosen, now=now)
        for port in chosen:
            budget = found[port.pk]
            days = timedelta(days=float(scope.threshold("days", port.site_id)))
            is_near = budget.breach_at is not None and budget.breach_at <= now + days
            is_fast = budget.burn_rate >= float(scope.threshold("burn_rate", port.site_id))
            if budget.is_breached or (is_near and is_fast):
                yield _finding(port, budget, now)


def _finding(port: Port, budget: Budget, now: datetime) -> Finding:
    told = {"station": port.identity, "evse": port.number}
    if budget.is_breached:
        said = Phrase(
            "EVSE %(evse)s of %(station)s misses its uptime target: %(over)s minutes of outage too many.",
            over=Figure(-budget.left),
            **told,
        )
    else:
        said = Phrase(
            "EVSE %(evse)s of %(station)s has %(left)s minutes of outage left,"
            " and uses them up %(rate)s times as fast as its target allows.",
            left=Figure(budget.left),
            rate=Figure(budget.burn_rate, 1),
            **told,
        )
    return Finding(
        subject=evse_subject(port.pk),
        organization_id=port.organization_id,
        site_id=port.site_id,
        station_id=port.station_id,
        evse_id=port.pk,
        began_at=now,
        said=said,
        evidence={
            "allowed_min": round(budget.allowed, 1),
            "spent_min": round(budget.spent, 1),
            "burn_rate": round(budget.burn_rate, 2),
            "breach_at": budget.breach_at.isoformat() if budget.breach_at else None,
        },
        severity=Severity.MAJOR if budget.is_breached else None,
    )
