"""A map with very many points: what lies close together on the screen is one cluster."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

# Web Mercator (EPSG:3857): the world is so many pixels wide at zoom 0, and ends here.
TILE_PX = 256
MAX_LATITUDE = 85.0511
MAX_ZOOM = 18
# Markers nearer than that would cover each other.
CELL_PX = 64
# From here on streets are told apart: whatever stands at one place still does.
NO_CLUSTERS_FROM = 16


class Box(NamedTuple):
    """Degrees, as GeoJSON orders them (RFC 7946 5). West may be greater than east: across the date line."""

    west: float
    south: float
    east: float
    north: float

    def has(self, longitude: float, latitude: float) -> bool:
        if not self.south <= latitude <= self.north:
            return False
        if self.west <= self.east:
            return self.west <= longitude <= self.east
        return longitude >= self.west or longitude <= self.east


WORLD = Box(-180, -90, 180, 90)


class Point(Protocol):
    """Something that stands somewhere on earth, in degrees."""

    @property
    def longitude(self) -> float: ...

    @property
    def latitude(self) -> float: ...


P = TypeVar("P", bound=Point)


@dataclass(frozen=True, slots=True)
class Cluster(Generic[P]):
    """Places that share a cell of the screen; `places` has at least two."""

    key: str
    places: list[P]

    @property
    def longitude(self) -> float:
        return sum(place.longitude for place in self.places) / len(self.places)

    @property
    def latitude(self) -> float:
        return sum(place.latitude for place in self.places) / len(self.places)


def clustered(places: Iterable[P], box: Box, zoom: int) -> tuple[list[P], list[Cluster[P]]]:
    """The places within the box: those that stand alone, and clusters. The cells are fixed to the world: nothing
    regroups while the map is moved."""
    cells: dict[tuple[int, int], list[P]] = {}
    cell = CELL_PX / (TILE_PX * 2**zoom)
    for place in places:
        if box.has(place.longitude, place.latitude):
            cells.setdefault((int(_x(place.longitude) / cell), int(_y(place.latitude) / cell)), []).append(place)
    if zoom >= NO_CLUSTERS_FROM:
        return [place for found in cells.values() for place in found], []
    alone = [found[0] for found in cells.values() if len(found) == 1]
    return alone, [Cluster(f"{zoom}-{x}-{y}", found) for (x, y), found in cells.items() if len(found) > 1]


def box_of(text: str) -> Box | None:
    """`west,south,east,north` in degrees; None where it is something else. More than a whole world is one."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    if not all(math.isfinite(value) for value in (west, south, east, north)) or south > north or west > east + 360:
        return None
    if east - west >= 360:
        return Box(-180, south, 180, north)
    return Box((west + 180) % 360 - 180, south, (east + 180) % 360 - 180, north)


def _x(longitude: float) -> float:
    """From 0 at the date line to 1."""
    return (longitude + 180) / 360


def _y(latitude: float) -> float:
    """From 0 in the north to 1."""
    radians = math.radians(max(-MAX_LATITUDE, min(MAX_LATITUDE, latitude)))
    return (1 - math.asinh(math.tan(radians)) / math.pi) / 2
