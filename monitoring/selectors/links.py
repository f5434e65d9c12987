"""What a viewer sees of links: scores, drops with whose fault they were, neighbours beside each other, providers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet, Sum

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from monitoring.domain.link_score import FAIR, GOOD
from monitoring.models import Drop, LinkDay, ProviderRange, StationLink
from stations.models import Connection, LinkHour, Site, Station
from stations.permissions import organization_ids_granting, where_granted
from stations.selectors.search import containing

# What is drawn around a drop, and how many neighbours of each kind.
AROUND = timedelta(minutes=20)
NEIGHBOURS = 12
BANDS = {
    "poor": Q(rank__lt=FAIR),
    "fair": Q(rank__gte=FAIR, rank__lt=GOOD),
    "good": Q(rank__gte=GOOD, rank__lte=100),
    "none": Q(rank__gt=100),
}


def causes_of(*, station_ids: Collection[int], since: datetime) -> dict[int, str]:
    """By station, the cause it shares with others of its last drop since then; those without one are left out."""
    rows = Drop.objects.filter(station__in=station_ids, at__gte=since).order_by("at")
    return {station: cause for station, cause in rows.values_list("station", "cause") if cause}


def visible_links(viewer: Viewer) -> QuerySet[StationLink]:
    sites = where_granted(viewer, Permission.VIEW_NETWORK)
    found = StationLink.objects.filter(station__site__in=sites)
    return found.select_related("station__site", "station__connection")


def find_links(
    viewer: Viewer, *, text: str = "", site: Site | None = None, provider: str = "", band: str = ""
) -> QuerySet[StationLink]:
    """Stations' links, worst first."""
    links = visible_links(viewer)
    if text:
        stations = Station.objects.filter(containing(Station, ("identity", "name", "site__name", "site__city"), text))
        links = links.filter(station__in=stations)
    if site:
        links = links.filter(station__site=site)
    if provider:
        links = links.filter(provider=provider)
    if band in BANDS:
        links = links.filter(BANDS[band])
    return links.order_by("rank", "station")


def visible_drops(viewer: Viewer) -> QuerySet[Drop]:
    sites = where_granted(viewer, Permission.VIEW_NETWORK)
    return Drop.objects.filter(station__site__in=sites).select_related("station__site")


def find_drops(
    viewer: Viewer,
    *,
    text: str = "",
    culprit: str = "",
    site: Site | None = None,
    provider: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Drop]:
    """Lost connections, newest first."""
    drops = visible_drops(viewer)
    if text:
        stations = Station.objects.filter(containing(Station, ("identity", "name", "site__name"), text))
        drops = drops.filter(station__in=stations)
    given = {"culprit": culprit, "station__site": site, "provider": provider, "at__gte": since, "at__lte": until}
    return drops.filter(**{path: value for path, value in given.items() if value}).order_by("-at", "-id")


@dataclass(frozen=True, slots=True)
class Group:
    """Stations or drops with a name in common, and how they fare on the mean."""

    name: str
    stations: int
    score: float | None
    drops: int
    rtt_ms: float | None
    pk: int = 0


def by_provider(viewer: Viewer) -> list[Group]:
    """The providers of what the viewer sees, worst first; stations whose provider nobody knows are one group."""
    return _grouped(visible_links(viewer), "provider")


def by_site(viewer: Viewer, *, limit: int = 20) -> list[Group]:
    """The sites with the worst links."""
    return _grouped(visible_links(viewer), "station__site__name", "station__site")[:limit]


def _grouped(links: QuerySet[StationLink], name: str, *more: str) -> list[Group]:
    rows: Any = (
        links.order_by()
        .values(name, *more)
        .annotate(count=Count("pk"), mean=Avg("score"), all_drops=Sum("drops"), rtt=Avg("rtt_ms"))
        .order_by(F("mean").asc(nulls_last=True), name)
    )
    return [
        Group(row[name], row["count"], row["mean"], row["all_drops"], row["rtt"], row[more[0]] if more else 0)
        for row in rows
    ]


def visible_ranges(viewer: Viewer) -> QuerySet[ProviderRange]:
    organizations = organization_ids_granting(viewer, Permission.VIEW_NETWORK)
    return ProviderRange.objects.filter(organization__in=organizations).select_related("organization")


@dataclass(frozen=True, slots=True)
class Lane:
    """A station's connections around a moment; `spans`: from and to, as shares (0 to 1) of the time drawn."""

    station: Station
    relation: str
    spans: list[tuple[float, float]]
    is_it: bool


def neighbours(viewer: Viewer, drop: Drop) -> list[Lane]:
    """The station of a drop and those that could have gone with it, side by side: behind its address, of its site, of
    its provider."""
    sites = where_granted(viewer, Permission.VIEW_NETWORK)
    links = StationLink.objects.filter(station__site__in=sites).exclude(station=drop.station_id).order_by("station")
    found: dict[int, str] = {drop.station_id: ""}
    of_site = links.filter(station__site=drop.station.site_id)
    groups = [("line", of_site.filter(line=drop.line) if drop.line else links.none()), ("site", of_site)]
    groups += [("provider", links.filter(provider=drop.provider) if drop.provider else links.none())]
    for relation, rows in groups:
        for pk in rows.exclude(station__in=list(found)).values_list("station", flat=True)[:NEIGHBOURS]:
            found[pk] = relation
    since, until = drop.at - AROUND, drop.at + AROUND
    held = Connection.objects.filter(Q(closed_at=None) | Q(closed_at__gt=since), station__in=found, opened_at__lt=until)
    spans: dict[int, list[tuple[float, float]]] = {pk: [] for pk in found}
    for station, opened_at, closed_at in held.order_by("opened_at").values_list("station", "opened_at", "closed_at"):
        spans[station].append((_share(opened_at, since), _share(closed_at, since) if closed_at else 1.0))
    stations = Station.objects.select_related("site").in_bulk(list(found))
    return [Lane(stations[pk], relation, spans[pk], pk == drop.station_id) for pk, relation in found.items()]


def _share(at: datetime, since: datetime) -> float:
    return min(1.0, max(0.0, (at - since) / (2 * AROUND)))


@dataclass(frozen=True, slots=True)
class History:
    """A station's link: its last days and hours, and its last drops."""

    link: StationLink | None
    days: list[LinkDay]
    hours: list[LinkHour]
    drops: list[Drop]


def history_of(viewer: Viewer, station: Station, *, now: datetime) -> History:
    """Thirty days, seven days by the hour, and the last fifty drops of a station that the viewer sees."""
    days = LinkDay.objects.filter(station=station, day__gt=(now - timedelta(days=30)).date()).order_by("-day")
    hours = LinkHour.objects.filter(station=station, hour__gt=now - timedelta(days=7)).order_by("hour")
    drops = visible_drops(viewer).filter(station=station).order_by("-at", "-id")[:50]
    return History(visible_links(viewer).filter(station=station).first(), list(days), list(hours), list(drops))
