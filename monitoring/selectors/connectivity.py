"""What a viewer sees of how stations are connected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor

from django.db.models import Min, Q, QuerySet
from django.utils.formats import number_format

from drivers.permissions import Viewer
from monitoring.domain.connectivity import share_connected
from monitoring.models import OfflineSpell
from stations.models import Station
from stations.selectors import visible_stations

WINDOW = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Connectivity:
    """`share`: of the last seven days, or of the time since its first connection; None if it never connected."""

    station: Station
    spells: Sequence[OfflineSpell]
    share: float | None

    @property
    def percent(self) -> str:
        """The share, never rounded up to a hundred."""
        return "100" if self.share == 1 else number_format(floor(1000 * (self.share or 0)) / 10, 1)


def visible_offline_spells(viewer: Viewer) -> QuerySet[OfflineSpell]:
    return OfflineSpell.objects.filter(station__in=visible_stations(viewer))


def connectivity_of(viewer: Viewer, identity: str, *, now: datetime) -> Connectivity:
    """How connected a station has been, with its last five spells. Raises Station.DoesNotExist."""
    stations = visible_stations(viewer).select_related("site", "connection")
    station = stations.annotate(first_opened_at=Min("connections__opened_at")).get(identity=identity)
    spells = visible_offline_spells(viewer).filter(station=station).order_by("-started_at")
    share = None
    if station.first_opened_at is not None:
        since = max(now - WINDOW, station.first_opened_at)
        recent = spells.filter(Q(ended_at=None) | Q(ended_at__gt=since))
        share = share_connected(recent.values_list("started_at", "ended_at"), since=since, until=now)
    return Connectivity(station, list(spells[:5]), share)
