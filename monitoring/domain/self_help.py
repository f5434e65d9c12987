"""What a driver can be told at once, from what the charger says of itself."""

from collections.abc import Collection
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

from stations.domain.status import Availability, ConnectorStatus

_EARTH_M = 6_371_000


class Advice(StrEnum):
    OUT_OF_ORDER = "out_of_order"  # it is known; go elsewhere
    NO_CONNECTION = "no_connection"  # it may not take cards or the app
    UNPLUG = "unplug"  # the session is over or stopped: how the plug comes out
    STOP_FIRST = "stop_first"  # it still charges: the plug is held until it stops
    PLUG_FIRST = "plug_first"  # free: plug in, then identify oneself
    RESERVED = "reserved"


def advise(glance: str, statuses: Collection[str]) -> list[Advice]:
    """The most useful first. `glance`: an Availability of the EVSE; `statuses`: its connectors' ConnectorStatus."""
    if glance in (Availability.FAULTED, Availability.UNAVAILABLE):
        return [Advice.OUT_OF_ORDER, *_about_plug(statuses)]
    if glance in (Availability.OFFLINE, Availability.UNKNOWN):
        return [Advice.NO_CONNECTION]
    if glance == Availability.RESERVED:
        return [Advice.RESERVED]
    return _about_plug(statuses) or ([Advice.PLUG_FIRST] if glance == Availability.AVAILABLE else [])


def _about_plug(statuses: Collection[str]) -> list[Advice]:
    if ConnectorStatus.CHARGING in statuses or ConnectorStatus.SUSPENDED_EV in statuses:
        return [Advice.STOP_FIRST]
    if ConnectorStatus.FINISHING in statuses or ConnectorStatus.SUSPENDED_EVSE in statuses:
        return [Advice.UNPLUG]
    return []


def needs_another(advice: Collection[Advice]) -> bool:
    """Whether a driver is better off at another charger."""
    return bool({Advice.OUT_OF_ORDER, Advice.NO_CONNECTION, Advice.RESERVED} & set(advice))


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Between two places (latitude, longitude in degrees), as the crow flies, in metres."""
    (lat_a, lon_a), (lat_b, lon_b) = ((radians(x), radians(y)) for x, y in (a, b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * _EARTH_M * asin(sqrt(half))
