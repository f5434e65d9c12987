"""What is excluded from outage, and who may read why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from monitoring.models import Exclusion
from stations.models import Evse, Site
from stations.permissions import where_granted


@dataclass(frozen=True, slots=True)
class Approved:
    """A time that is excluded; `reason`: of Exclusion.Reason."""

    start: datetime
    end: datetime
    reason: str
    exclusion_id: int


def visible_exclusions(viewer: Viewer) -> QuerySet[Exclusion]:
    return Exclusion.objects.filter(site__in=where_granted(viewer, Permission.VIEW_NETWORK)).select_related(
        "site", "station", "evse__station", "author", "reviewed_by", "withdraws"
    )


def standing(*, as_of: datetime | None = None) -> QuerySet[Exclusion]:
    """The exclusions that count: approved, and not withdrawn by an approved one. `as_of`: as judged until then."""
    judged = Q(state=Exclusion.State.APPROVED) & (Q(reviewed_at__lte=as_of) if as_of else Q())
    withdrawals = Exclusion.objects.filter(judged, withdraws=OuterRef("pk"))
    return Exclusion.objects.filter(judged, ~Exists(withdrawals), withdraws=None)


def approved_of(
    evses: Iterable[Evse], *, since: datetime, until: datetime, as_of: datetime | None = None
) -> Mapping[int, list[Approved]]:
    """By EVSE, in order of their start: what counts between two instants, in one query. EVSEs come with their station.
    An exclusion of a site concerns all of its EVSEs, one of a station all of that station."""
    found = list(evses)
    sites = {evse.station.site_id for evse in found}
    rows = standing(as_of=as_of).filter(site__in=sites, ends_at__gt=since, starts_at__lt=until).order_by("starts_at")
    by_evse: dict[int, list[Approved]] = {evse.pk: [] for evse in found}
    told = list(rows.values_list("site_id", "station_id", "evse_id", "starts_at", "ends_at", "reason", "pk"))
    for evse in found:
        mine = (evse.station.site_id, evse.station_id, evse.pk)
        by_evse[evse.pk] = [
            Approved(start, end, reason, pk)
            for site, station, port, start, end, reason, pk in told
            if site == mine[0] and station in (None, mine[1]) and port in (None, mine[2])
        ]
    return by_evse


def about(evse: Evse) -> Q:
    """Exclusions that concern an EVSE: its own, its station's, its site's."""
    everywhere = Q(station=None, site=evse.station.site_id)
    return everywhere | Q(station=evse.station_id, evse=None) | Q(evse=evse.pk)


def find_exclusions(
    viewer: Viewer, *, text: str = "", state: str = "", reason: str = "", site: Site | None = None
) -> QuerySet[Exclusion]:
    """Those with `text` in the name of their site or the identity of their station."""
    found = visible_exclusions(viewer)
    if text:
        found = found.filter(Q(site__name__icontains=text) | Q(station__identity__icontains=text))
    given = {"state": state, "reason": reason, "site": site}
    return found.filter(**{name: value for name, value in given.items() if value})


def withdrawn_among(exclusions: Iterable[Exclusion]) -> set[int]:
    """The numbers of those that an approved one withdraws."""
    judged = Exclusion.objects.filter(state=Exclusion.State.APPROVED, withdraws__in=[row.pk for row in exclusions])
    return {pk for pk in judged.values_list("withdraws", flat=True) if pk}
