"""Statuses of connectors, EVSEs and stations, version-neutral."""

from collections.abc import Iterable
from enum import StrEnum


class ConnectorStatus(StrEnum):
    """OCPP 1.6 `ChargePointStatus` and 2.0.1 `ConnectorStatusEnumType` in one; UNKNOWN until the charger said one."""

    AVAILABLE = "available"
    PREPARING = "preparing"
    CHARGING = "charging"
    SUSPENDED_EV = "suspended_ev"
    SUSPENDED_EVSE = "suspended_evse"
    FINISHING = "finishing"
    OCCUPIED = "occupied"
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"
    UNKNOWN = "unknown"


class Availability(StrEnum):
    """What a driver or an operator wants to know of an EVSE or station at a glance."""

    AVAILABLE = "available"
    CHARGING = "charging"
    OCCUPIED = "occupied"
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


GLANCE = {
    ConnectorStatus.AVAILABLE: Availability.AVAILABLE,
    ConnectorStatus.PREPARING: Availability.OCCUPIED,
    ConnectorStatus.CHARGING: Availability.CHARGING,
    ConnectorStatus.SUSPENDED_EV: Availability.OCCUPIED,
    ConnectorStatus.SUSPENDED_EVSE: Availability.OCCUPIED,
    ConnectorStatus.FINISHING: Availability.OCCUPIED,
    ConnectorStatus.OCCUPIED: Availability.OCCUPIED,
    ConnectorStatus.RESERVED: Availability.RESERVED,
    ConnectorStatus.UNAVAILABLE: Availability.UNAVAILABLE,
    ConnectorStatus.FAULTED: Availability.FAULTED,
    ConnectorStatus.UNKNOWN: Availability.UNKNOWN,
}

# An EVSE charges one vehicle: one busy plug takes the others with it. Among idle plugs one that works is enough.
EVSE_ORDER = (
    Availability.CHARGING,
    Availability.OCCUPIED,
    Availability.RESERVED,
    Availability.AVAILABLE,
    Availability.UNKNOWN,
    Availability.UNAVAILABLE,
    Availability.FAULTED,
)

# What needs a person first stands first.
STATION_ORDER = (
    Availability.FAULTED,
    Availability.CHARGING,
    Availability.AVAILABLE,
    Availability.OCCUPIED,
    Availability.RESERVED,
    Availability.UNAVAILABLE,
    Availability.UNKNOWN,
)


def evse_availability(statuses: Iterable[str], *, connected: bool, charging: bool = False) -> Availability:
    """The availability of an EVSE from the statuses of its connectors.

    `connected`: whether the station has a socket now. `charging`: whether a session with energy flowing is open on the
    EVSE, which 2.0.1 tells by TransactionEvent only (its connector is just Occupied).
    """
    if not connected:
        return Availability.OFFLINE
    found = {GLANCE[ConnectorStatus(status)] for status in statuses}
    if charging and Availability.OCCUPIED in found:
        return Availability.CHARGING
    return next((glance for glance in EVSE_ORDER if glance in found), Availability.UNKNOWN)


def station_availability(evses: Iterable[Availability], *, connected: bool, faulted: bool = False) -> Availability:
    """The one word for a station: a fault anywhere shows, else the busiest EVSE speaks.

    `faulted`: the station itself reported a fault (1.6 connector 0).
    """
    if not connected:
        return Availability.OFFLINE
    if faulted:
        return Availability.FAULTED
    found = set(evses)
    return next((glance for glance in STATION_ORDER if glance in found), Availability.UNKNOWN)
