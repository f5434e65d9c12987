"""Ports whose vehicles all were given too little power lately. No viewer asks."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from monitoring.domain.delivered_power import Charge, Shortfall, shortfall
from monitoring.models import Attempt
from stations.domain.charging_profile import ProfileState
from stations.models import AppliedProfile, ChargingLimit, Evse, Station

RECENT = timedelta(days=14)
# How far back it is looked what a vehicle took elsewhere.
ELSEWHERE = timedelta(days=90)
# A shorter charge may never have come to its full power.
LEAST_ENERGY_WH = 3000


@dataclass(frozen=True, slots=True)
class Weak:
    evse: Evse
    since: datetime
    shortfall: Shortfall


def weak_ports(
    stations: QuerySet[Station], *, now: datetime, low_share: Callable[[int], float], vehicles: Callable[[int], int]
) -> list[Weak]:
    """Ports that gave all their vehicles too little, by the thresholds of their site (a site's id → its figure).

    Not those on which a limit or profile is in force: there the power is as low as somebody wants it.
    """
    charges = Attempt.objects.filter(
        evse__station__in=_unlimited(stations),
        evse__max_power_w__gt=0,
        began_at__gte=now - RECENT,
        energy_wh__gte=LEAST_ENERGY_WH,
        peak_power_w__gt=0,
    ).exclude(who="")
    # The best of a port acquits most of them at once.
    suspects = charges.order_by().values("evse").annotate(best=Max("peak_power_w"), people=Count("who", distinct=True))
    ids = suspects.filter(best__lt=F("evse__max_power_w"), people__gte=2).values_list("evse", flat=True)
    told: defaultdict[int, list[Attempt]] = defaultdict(list)
    for attempt in charges.filter(evse__in=list(ids)).order_by("began_at"):
        told[attempt.evse_id].append(attempt)
    able = _Elsewhere({attempt.who for of_port in told.values() for attempt in of_port}, now)
    found = []
    for evse in Evse.objects.filter(pk__in=told).select_related("station__site"):
        site_id = evse.station.site_id
        seen = [Charge(a.who, a.peak_power_w or 0.0, a.asked_power_w or able.of(a.who, evse.pk)) for a in told[evse.pk]]
        low = shortfall(
            seen,
            rated_w=float(evse.max_power_w or 0),
            low_share=low_share(site_id),
            vehicles=vehicles(site_id),
        )
        if low is not None:
            found.append(Weak(evse, told[evse.pk][0].began_at, low))
    return found


def _unlimited(stations: QuerySet[Station]) -> QuerySet[Station]:
    limits = ChargingLimit.objects.filter(station=OuterRef("pk"), released_at=None)
    profiles = AppliedProfile.objects.filter(station=OuterRef("pk"), state=ProfileState.ACCEPTED)
    return stations.filter(~Exists(limits) & ~Exists(profiles) & Q(quarantined_at=None))


class _Elsewhere:
    """The most that each id token was given at each port: what it can take stands in for what its vehicle can."""

    def __init__(self, people: Collection[str], now: datetime) -> None:
        seen = Attempt.objects.filter(who__in=people, began_at__gte=now - ELSEWHERE, peak_power_w__gt=0).order_by()
        self.peaks: defaultdict[str, dict[int, float]] = defaultdict(dict)
        for who, evse_id, peak_w in seen.values_list("who", "evse").annotate(Max("peak_power_w")):
            self.peaks[who][evse_id] = peak_w

    def of(self, who: str, evse_id: int) -> float | None:
        """At other ports than this one; None where it was at none."""
        return max((peak for other, peak in self.peaks[who].items() if other != evse_id), default=None)
