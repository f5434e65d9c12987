"""Ports by their figures, the worst first: added up and put in order by the database, however many there are."""

from collections.abc import Sequence
from datetime import date
from typing import Any, overload

from django.db.models import ExpressionWrapper, F, FloatField, QuerySet, Sum

from monitoring.domain.uptime import NEVI_MINUTES, next_month
from monitoring.models import Port, PortMonth

# Measure → what of the time was lost, as a share.
_SECONDS = NEVI_MINUTES * 60.0
_LOST: dict[str, Any] = {
    "nevi": (F("outage") - F("excluded")) * 1.0 / _SECONDS,
    "availability": F("outage") * 1.0 / F("measured"),
    "uk": F("unreliable") * 1.0 / F("rated"),
}


def worst_first(ports: QuerySet[Port], *, month: date, measure: str, target: float | None = None) -> QuerySet[Any]:
    """Numbers of the ports with something measured in the twelve months that end with `month`. `target`: only those
    that do not reach so many percent."""
    rows = (
        PortMonth.objects.filter(port__in=ports.order_by().values("pk"))
        .filter(month__gte=next_month(month, -11), month__lte=month)
        .order_by()
        .values("port")
        .annotate(
            measured=Sum("measured_s"),
            outage=Sum("outage_s"),
            excluded=Sum("excluded_s"),
            unreliable=Sum("unreliable_s"),
            rated=Sum("reliable_s") + Sum("unreliable_s"),
        )
        .filter(measured__gt=0)
    )
    if measure == "uk":
        rows = rows.filter(rated__gt=0)
    rows = rows.annotate(lost=ExpressionWrapper(_LOST[measure], output_field=FloatField()))
    if target is not None:
        rows = rows.filter(lost__gte=(100 - target) / 100)
    return rows.order_by("-lost", "port").values_list("port", flat=True)


class Counted(Sequence[int]):
    """Rows of a query as a sequence that reads no more than is asked for."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self._rows = rows
        self._count: int | None = None

    def __len__(self) -> int:
        if self._count is None:
            self._count = self._rows.count()
        return self._count

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> list[int]: ...
    def __getitem__(self, index: int | slice) -> int | list[int]:
        found: Any = self._rows[index]
        return list(found) if isinstance(index, slice) else int(found)
