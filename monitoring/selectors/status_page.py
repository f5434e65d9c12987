"""What anybody may see of a network that publishes its status. Sites that are not public are in nothing of it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Sum

from drivers.models import Organization
from monitoring.domain.status_page import DAYS, Day, Points, availability_of, days_of
from monitoring.models import PublicIncident, StatusDay, StatusPage
from monitoring.selectors.maintenance import windows_that_count
from monitoring.selectors.windows import ANNOUNCED
from stations.domain.status import Availability
from stations.models import Site
from stations.selectors.glance import evses_by_site

# With more sites the page of a network shows the bars of the whole only.
WITH_BARS = 30
MOST_INCIDENTS = 100

_PLACE = {
    Availability.AVAILABLE: "free",
    Availability.CHARGING: "busy",
    Availability.OCCUPIED: "busy",
    Availability.RESERVED: "busy",
    Availability.FAULTED: "out",
    Availability.UNAVAILABLE: "out",
    Availability.OFFLINE: "unknown",
    Availability.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """`availability`: percent of the time measured in ninety days. `days`: empty where there are too many sites."""

    id: int
    name: str
    city: str
    zone: ZoneInfo
    points: Points
    availability: float | None
    days: tuple[Day, ...] = ()


@dataclass(frozen=True, slots=True)
class AffectedSite:
    """How many of its charging points were out of service, how many not reachable, at the most."""

    id: int
    name: str
    down: int
    silent: int
    total: int


@dataclass(frozen=True, slots=True)
class Update:
    """`text`: in the words of who wrote it, empty for the sentence of its state; `texts`: in other languages."""

    id: int
    state: PublicIncident.State
    at: datetime
    text: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Published:
    """A published incident; `sites` empty: it names none."""

    id: int
    state: PublicIncident.State
    began_at: datetime
    resolved_at: datetime | None
    sites: tuple[AffectedSite, ...]
    updates: tuple[Update, ...]
    zone: ZoneInfo

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


@dataclass(frozen=True, slots=True)
class Work:
    """A maintenance window that drivers are told of."""

    id: int
    site_id: int
    site: str
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Status:
    """All that a page says, of a network or (`site`) of one of its sites, as it was at `made_at`."""

    name: str
    slug: str
    site: SiteStatus | None
    points: Points
    days: tuple[Day, ...]
    sites: tuple[SiteStatus, ...]
    incidents: tuple[Published, ...]
    works: tuple[Work, ...]
    made_at: datetime
    availability: float | None = field(default=None)

    @property
    def open(self) -> list[Published]:
        return [incident for incident in self.incidents if incident.is_open]

    @property
    def past(self) -> list[Published]:
        return [incident for incident in self.incidents if not incident.is_open]


def published_networks() -> QuerySet[Organization]:
    """The organizations that have a status page."""
    return Organization.objects.filter(status_page__is_published=True).order_by("name")


def page_of(slug: str) -> StatusPage | None:
    """The status page of a network; None where it has none, or there is no such network."""
    return StatusPage.objects.filter(organization__slug=slug, is_published=True).select_related("organization").first()


def shown_sites(organizations: Collection[int] | None = None) -> QuerySet[Site]:
    """Sites that are on a published status page: public ones that are in use and were not left out."""
    sites = Site.objects.filter(is_public=True, is_active=True, organization__status_page__is_published=True)
    if organizations is not None:
        sites = sites.filter(organization__in=organizations)
    return sites.exclude(pk__in=StatusPage.hidden_sites.through.objects.values("site"))


def shown_site(page: StatusPage, pk: int) -> Site | None:
    """A site on a status page."""
    return shown_sites([page.organization_id]).filter(pk=pk).first()


def network_status(page: StatusPage, *, now: datetime) -> Status:
    """Of a whole network, in nine queries, however large it is."""
    organization = page.organization
    sites = shown_sites([organization.pk])
    known = list(sites.order_by("name", "pk").only("name", "city", "timezone"))
    points = _points(sites)
    shown = [site for site in known if site.pk in points]
    ids = [site.pk for site in shown]
    by_site = _site_days(ids, now.date()) if len(shown) <= WITH_BARS else {}
    figures = _availabilities(sites, now.date())
    rows = tuple(
        SiteStatus(
            site.pk, site.name, site.city, site.zone, points[site.pk], figures.get(site.pk), by_site.get(site.pk, ())
        )
        for site in shown
    )
    days = tuple(days_of(now.date(), _days(sites, now.date())))
    return Status(
        organization.name,
        organization.slug,
        None,
        sum(points.values(), Points()),
        days,
        rows,
        _incidents(organization.pk, set(ids), now),
        _works(sites, now),
        now,
        availability_of(days),
    )


def site_status(page: StatusPage, site: Site, *, now: datetime) -> Status:
    """Of one site that is shown."""
    sites = Site.objects.filter(pk=site.pk)
    points = _points(sites).get(site.pk, Points())
    days = tuple(days_of(now.date(), _days(sites, now.date())))
    figure = availability_of(days)
    row = SiteStatus(site.pk, site.name, site.city, site.zone, points, figure, days)
    incidents = _incidents(page.organization_id, {site.pk}, now, only=site.pk)
    name, slug = page.organization.name, page.organization.slug
    return Status(name, slug, row, points, days, (), incidents, _works(sites, now), now, figure)


def _points(sites: QuerySet[Site]) -> dict[int, Points]:
    counts: dict[int, dict[str, int]] = {}
    for site_id, word, count in evses_by_site(sites):
        found = counts.setdefault(site_id, {})
        found[_PLACE[word]] = found.get(_PLACE[word], 0) + count
    return {pk: Points(**found) for pk, found in counts.items()}


# --- Days ---


def _rows(sites: QuerySet[Site] | Collection[int], today: date) -> QuerySet[StatusDay]:
    first = today - timedelta(days=DAYS - 1)
    found = sites if isinstance(sites, Collection) else sites.order_by().values("pk")
    return StatusDay.objects.filter(site__in=found, day__gte=first, day__lte=today, measured_s__gt=0).order_by()


def _days(sites: QuerySet[Site], today: date) -> dict[date, Day]:
    rows = _rows(sites, today).values_list("day").annotate(Sum("measured_s"), Sum("up_s"), Sum("unknown_s"))
    return {row[0]: Day(*row) for row in rows}


def _site_days(ids: Collection[int], today: date) -> dict[int, tuple[Day, ...]]:
    found: dict[int, dict[date, Day]] = {pk: {} for pk in ids}
    for row in _rows(ids, today):
        found[row.site_id][row.day] = Day(row.day, row.measured_s, row.up_s, row.unknown_s)
    return {pk: tuple(days_of(today, days)) for pk, days in found.items()}


def _availabilities(sites: QuerySet[Site], today: date) -> dict[int, float]:
    rows = _rows(sites, today).values_list("site").annotate(Sum("measured_s"), Sum("up_s"))
    return {pk: up_s / measured_s * 100 for pk, measured_s, up_s in rows}


# --- Incidents and planned work ---


def _incidents(organization: int, shown: set[int], now: datetime, *, only: int | None = None) -> tuple[Published, ...]:
    """Open ones first, then those of ninety days, latest first; of their sites those that are shown."""
    rows = PublicIncident.objects.filter(organization=organization, withdrawn_at=None)
    if only is not None:
        rows = rows.filter(sites__site=only)
    rows = rows.prefetch_related("sites__site", "updates")
    is_late = rows.filter(resolved_at__gte=now - timedelta(days=DAYS)).order_by("-began_at", "-id")
    found = [*rows.filter(resolved_at=None).order_by("-began_at", "-id")[:MOST_INCIDENTS], *is_late[:MOST_INCIDENTS]]
    told = [told_of(row, shown) for row in found]
    return tuple(incident for incident in told if incident is not None)


def told_of(row: PublicIncident, shown: Iterable[int]) -> Published | None:
    """What the public is told of it; None where all of the sites it names are kept to ourselves. Its sites and updates
    are best prefetched."""
    every = list(row.sites.all())
    concerned = [one for one in every if one.site_id in shown]
    if every and not concerned:
        return None
    sites = tuple(AffectedSite(one.site_id, one.site.name, one.down, one.silent, one.total) for one in concerned)
    updates = tuple(
        Update(update.pk, PublicIncident.State(update.state), update.at, update.text, update.texts)
        for update in sorted(row.updates.all(), key=lambda update: (update.at, update.pk), reverse=True)
    )
    zone = concerned[0].site.zone if concerned else ZoneInfo("UTC")
    return Published(row.pk, PublicIncident.State(row.state), row.began_at, row.resolved_at, sites, updates, zone)


def _works(sites: QuerySet[Site], now: datetime) -> tuple[Work, ...]:
    rows = announced(sites, now).select_related("site").order_by("starts_at", "id")[:MOST_INCIDENTS]
    return tuple(
        Work(row.pk, row.site_id, row.site.name, row.title, row.starts_at, row.over_at, row.site.zone) for row in rows
    )


def announced(sites: QuerySet[Site], now: datetime) -> "QuerySet[Any]":
    """Maintenance windows at these sites that drivers are told of now."""
    found = windows_that_count().filter(site__in=sites.order_by().values("pk"))
    return found.filter(over_at__gt=now, starts_at__lt=now + ANNOUNCED)
