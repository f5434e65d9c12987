"""No station fills the tables: of each thing that it may tell of at will, so many rows are kept and no more.

Retention bounds the time that rows stay, not their number: a broken or hostile station tells something new all day.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Model, QuerySet

from stations.models import (
    AppliedProfile,
    BatterySwap,
    ChargingLimit,
    ChargingNeeds,
    CompositeSchedule,
    DerAlarm,
    DerControl,
    DeviceEvent,
    DisplayMessage,
    EventStream,
    EvSchedule,
    FirmwareUpdate,
    InstalledCertificate,
    LogRequest,
    Monitor,
    Report,
    SecurityEvent,
    Settlement,
    StationTariff,
    StreamValue,
    Variable,
    VatCheck,
)


@dataclass(frozen=True, slots=True)
class Bound:
    """`most`: far above what a healthy station has. What is there first stays where `keeps_first`, else what is newest.

    `owner`: whose rows are counted. `only`: those that a station can make by itself.
    """

    model: type[Model]
    most: int
    keeps_first: bool = False
    owner: str = "station"
    only: tuple[tuple[str, str], ...] = ()

    @property
    def rows(self) -> "QuerySet[Model]":
        return self.model._default_manager.filter(**dict(self.only))


BOUNDS = (
    Bound(AppliedProfile, 2_000),
    Bound(BatterySwap, 100_000),
    Bound(ChargingLimit, 1_000),
    Bound(ChargingNeeds, 10_000),
    Bound(CompositeSchedule, 1_000),
    Bound(DerAlarm, 10_000),
    Bound(DerControl, 1_000, keeps_first=True),
    Bound(DeviceEvent, 100_000),
    Bound(DisplayMessage, 1_000, keeps_first=True),
    Bound(EventStream, 1_000),
    Bound(EvSchedule, 10_000),
    Bound(FirmwareUpdate, 2_000),
    Bound(InstalledCertificate, 1_000, keeps_first=True),
    # Rows with a file were asked for by somebody, and their files have a retention of their own.
    Bound(LogRequest, 2_000, only=(("file", ""),)),
    Bound(Monitor, 5_000, keeps_first=True),
    Bound(Report, 5_000),
    Bound(SecurityEvent, 20_000),
    Bound(Settlement, 100_000),
    Bound(StationTariff, 1_000, keeps_first=True),
    Bound(StreamValue, 200_000, owner="stream"),
    Bound(Variable, 50_000, keeps_first=True),
    Bound(VatCheck, 10_000),
)


def sweep(*, chunk: int = 1000) -> int:
    """Delete what is beyond its bound, in chunks; returns how many rows."""
    return sum(_sweep(bound, chunk) for bound in BOUNDS)


def _sweep(bound: Bound, chunk: int) -> int:
    counts = bound.rows.order_by().values_list(bound.owner).annotate(count=Count("pk"))
    crowded = list(counts.filter(count__gt=bound.most).values_list(bound.owner, flat=True))
    return sum(_thin_out(bound, owner, chunk) for owner in crowded)


def _thin_out(bound: Bound, owner: int, chunk: int) -> int:
    kept_first = bound.rows.filter(**{bound.owner: owner}).order_by("pk" if bound.keeps_first else "-pk")
    removed = 0
    while ids := list(kept_first.values_list("pk", flat=True)[bound.most : bound.most + chunk]):
        with transaction.atomic():
            removed += bound.model._default_manager.filter(pk__in=ids).delete()[0]
    return removed
