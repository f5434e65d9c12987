"""What anybody may see: public sites with live availability.

No identities: to a charger without a password its identity is one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Exists, Max, OuterRef, QuerySet

from drivers.permissions import Viewer
from stations.domain.status import Availability
from stations.models import Connector, Evse, Site, SiteContact, Station
from stations.selectors import with_evses
from stations.selectors.glance import evse_glance, evses_by_site
from stations.selectors.opening_hours_words import Opening, opening_of
from stations.selectors.search import containing

_IN_USE = (Availability.CHARGING, Availability.OCCUPIED, Availability.RESERVED)


class Place(NamedTuple):
    """A site on the map: how many of its EVSEs are free, in use, and there are."""

    id: int
    longitude: float
    latitude: float
    free: int
    busy: int
    total: int


@dataclass
class PublicSite:
    """A site on the map. `state` is free, busy (all in use) or down (nothing works)."""

    id: int
    name: str
    address: str
    city: str
    latitude: Decimal
    longitude: Decimal
    is_open: bool
    free: int = 0
    busy: int = 0
    total: int = 0
    max_power_w: int = 0
    connector_types: list[str] = field(default_factory=list)

    @property
    def state(self) -> str:
        return state_of(self.free, self.busy)


def state_of(free: int, busy: int) -> str:
    """The state of a place with so many EVSEs free and in use."""
    if free:
        return "free"
    return "busy" if busy else "down"


def public_places(_viewer: Viewer) -> list[Place]:
    """All sites on the public map, in two queries."""
    counts: dict[int, list[int]] = {}
    for site_id, word, count in evses_by_site(_shown()):
        found = counts.setdefault(site_id, [0, 0, 0])
        found[0] += count if word == Availability.AVAILABLE else 0
        found[1] += count if word in _IN_USE else 0
        found[2] += count
    sites = _shown().order_by("pk").values_list("pk", "longitude", "latitude")
    return [Place(pk, float(east), float(north), *counts[pk]) for pk, east, north in sites if pk in counts]


def public_names(_viewer: Viewer, sites: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Name and city of public sites."""
    return {pk: (name, city) for pk, name, city in _shown().filter(pk__in=sites).values_list("pk", "name", "city")}


def public_sites(_viewer: Viewer, *, text: str = "", limit: int) -> tuple[list[PublicSite], int]:
    """The first public sites by name, and how many there are, in five queries; `text` is looked for in name and
    address."""
    shown = _shown().filter(Exists(Evse.objects.filter(station__site=OuterRef("pk"), station__quarantined_at=None)))
    if text:
        shown = shown.filter(containing(Site, ("name", "address", "city"), text))
    sites = {site.pk: _public(site) for site in shown.order_by("name", "pk")[:limit]}
    for site_id, glance, count in evses_by_site(Site.objects.filter(pk__in=sites)):
        site = sites[site_id]
        site.total += count
        site.free += count if glance == Availability.AVAILABLE else 0
        site.busy += count if glance in _IN_USE else 0
    evses = Evse.objects.filter(station__site__in=list(sites), station__quarantined_at=None).order_by()
    for site_id, power in evses.values_list("station__site").annotate(Max("max_power_w")):
        sites[site_id].max_power_w = power or 0
    plugs = Connector.objects.filter(station__site__in=list(sites), station__quarantined_at=None).exclude(type="")
    for site_id, type_ in plugs.order_by("type").values_list("station__site", "type").distinct():
        sites[site_id].connector_types.append(type_)
    return list(sites.values()), shown.count() if len(sites) == limit else len(sites)


def public_site(_viewer: Viewer, pk: int) -> Site | None:
    """A public site; None when there is no such one."""
    return _shown().filter(pk=pk).first()


@dataclass(frozen=True, slots=True)
class PublicPlace:
    """What anybody may know of a site: when it is open, and whom to call."""

    opening: Opening | None
    helplines: list[SiteContact]


def public_place(_viewer: Viewer, site: Site, *, now: datetime) -> PublicPlace:
    """Of a public site; `now` is aware."""
    return PublicPlace(opening_of(site, now), list(site.contacts.filter(is_public=True)))


@dataclass(frozen=True, slots=True)
class PublicEvse:
    label: str
    glance: Availability
    max_power_w: int | None
    connector_types: list[str]


def public_evses(_viewer: Viewer, site: Site) -> list[PublicEvse]:
    """The EVSEs of a public site, in the order in which they stand there."""
    stations = list(with_evses(Station.objects.filter(site=site, quarantined_at=None)).order_by("name", "pk"))
    return [
        PublicEvse(
            label=f"{station.name or f'#{place}'} · {evse.number}",
            glance=evse_glance(evse, connected=station.connected),
            max_power_w=evse.max_power_w,
            connector_types=sorted({connector.type for connector in evse.connectors.all() if connector.type}),
        )
        for place, station in enumerate(stations, 1)
        for evse in station.evses.all()
    ]


def _public(site: Site) -> PublicSite:
    return PublicSite(
        id=site.pk,
        name=site.name,
        address=site.address,
        city=site.city,
        latitude=site.latitude,
        longitude=site.longitude,
        is_open=site.access == Site.Access.OPEN,
    )


def _shown() -> QuerySet[Site]:
    return Site.objects.filter(is_public=True, is_active=True)
