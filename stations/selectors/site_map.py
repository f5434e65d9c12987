"""A viewer's sites on a map, each by its worst status."""

from collections.abc import Iterable
from typing import NamedTuple

from drivers.permissions import Viewer
from stations.domain.status import Availability
from stations.selectors import visible_sites
from stations.selectors.glance import WORST_FIRST, SiteWords


class Spot(NamedTuple):
    """A site: its stations' worst word, how many of them it is said of, and how many there are. UNKNOWN where there is
    no station."""

    id: int
    longitude: float
    latitude: float
    word: Availability
    affected: int
    total: int


def spots(viewer: Viewer, words: Iterable[SiteWords]) -> list[Spot]:
    """All sites that the viewer sees, in one query; `words`: those of their stations."""
    counts: dict[int, dict[Availability, int]] = {}
    for site, word, count in words:
        counts.setdefault(site, {})[word] = count
    rows = visible_sites(viewer).order_by("pk").values_list("pk", "longitude", "latitude")
    return [Spot(pk, float(east), float(north), *_worst(counts.get(pk, {}))) for pk, east, north in rows]


def together(places: Iterable[Spot]) -> tuple[Availability, int, int]:
    """The worst word of some sites, how many of their stations it is said of, and how many they are."""
    found = list(places)
    word = min((place.word for place in found if place.total), key=WORST_FIRST.index, default=Availability.UNKNOWN)
    return word, sum(p.affected for p in found if p.word == word), sum(place.total for place in found)


def names(viewer: Viewer, sites: Iterable[int]) -> dict[int, str]:
    """The names of sites that the viewer sees."""
    return dict(visible_sites(viewer).filter(pk__in=sites).values_list("pk", "name"))


def _worst(counts: dict[Availability, int]) -> tuple[Availability, int, int]:
    word = next((word for word in WORST_FIRST if counts.get(word)), Availability.UNKNOWN)
    return word, counts.get(word, 0), sum(counts.values())
