"""Ports at which charging does not begin."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import ClassVar

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Figure, Phrase
from monitoring.domain.success import STREAK_ATTEMPTS, STREAK_PEOPLE, Rate, is_surely_below
from monitoring.models import Severity, SuccessDay
from monitoring.rules.base import Finding, Rule, Scope, Threshold
from monitoring.rules.charging import finding, port, serious_streaks
from stations.models import Evse

DAYS = 7


class FailedStarts(Rule):
    name = "failed_starts"
    title = _("Charging does not start")
    about = _(
        "Several attempts in a row of different drivers came to nothing (remote starts without effect, faults after"
        " plugging in, sessions without energy), or so many in a week that it is no chance. Read the station's messages"
        " around an attempt: does it answer the remote start, does it see the cable, does it fault? Compare with other"
        " stations of the same firmware, then restart the station when it is idle."
    )
    severity = Severity.MAJOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("attempts", _("Failed attempts in a row"), Decimal(STREAK_ATTEMPTS), least=Decimal(2)),
        Threshold("people", _("Different id tokens among them"), Decimal(STREAK_PEOPLE), least=Decimal(1)),
        Threshold("least_percent", _("Start success within a week, at least"), Decimal(80), "%", most=Decimal(100)),
    )
    clear_after = timedelta(0)

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        # Of which `zero_energy` tells already.
        told = {streak.evse_id for streak in serious_streaks(scope, is_zero_energy=True)}
        for streak in serious_streaks(scope, is_zero_energy=False):
            told.add(streak.evse_id)
            yield finding(
                streak.evse,
                began_at=streak.since,
                said=Phrase(
                    "%(attempts)s attempts in a row to charge at EVSE %(evse)s of %(station)s failed,"
                    " by %(people)s different id tokens.",
                    attempts=streak.attempts,
                    people=streak.people,
                    **port(streak.evse),
                ),
                evidence={"attempts": streak.attempts, "people": streak.people, "streak": streak.pk},
            )
        for evse, rate in _low_rates(scope, now):
            if evse.pk not in told:
                yield _of_week(evse, rate, now)


def _low_rates(scope: Scope, now: datetime) -> list[tuple[Evse, Rate]]:
    """EVSEs whose rate is surely too low."""
    since = (now - timedelta(days=DAYS - 1)).astimezone(UTC).date()
    days = SuccessDay.objects.filter(day__gte=since, evse__station__in=scope.stations).order_by()
    rows = days.values_list("evse", "evse__station__site").annotate(good=Sum("charged"), all=Sum("attempts"))
    low = {}
    for evse_id, site_id, good, total in rows:
        rate = Rate(good, total)
        if is_surely_below(rate, float(scope.threshold("least_percent", site_id)) / 100):
            low[evse_id] = rate
    evses = Evse.objects.filter(pk__in=low).select_related("station__site")
    return [(evse, low[evse.pk]) for evse in evses]


def _of_week(evse: Evse, rate: Rate, now: datetime) -> Finding:
    began = datetime.combine((now - timedelta(days=DAYS - 1)).astimezone(UTC).date(), time(), UTC)
    said = Phrase(
        "Only %(good)s of %(total)s attempts within a week at EVSE %(evse)s of %(station)s charged (%(percent)s %%).",
        good=rate.good,
        total=rate.total,
        percent=Figure(100 * (rate.share or 0)),
        **port(evse),
    )
    return finding(evse, began_at=began, said=said, evidence={"charged": rate.good, "attempts": rate.total})
