"""Places that a virtual charger keeps: who may use them, and how they end."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from .outlet import Outlet, Reserved, Status, Token

if TYPE_CHECKING:
    from .station import Station

_WORDS = {Status.FAULTED: "Faulted", Status.UNAVAILABLE: "Unavailable"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a ReserveNow asks for. `evse_id` None: whichever is free."""

    number: int
    token: Token
    until: datetime
    evse_id: int | None = None


def reserve(station: "Station", wish: Wish) -> str:
    """Keep a place; the word of the answer. A number that is known already is replaced."""
    if wish.evse_id is not None and wish.evse_id not in station.outlets:
        return "Rejected"
    release(station, wish.number)
    wanted = station.addressed(wish.evse_id)
    outlet = next((outlet for outlet in wanted if outlet.status is Status.AVAILABLE), None)
    if outlet is None:
        words = {_WORDS.get(outlet.status, "Occupied") for outlet in wanted}
        return words.pop() if len(words) == 1 else "Occupied"
    outlet.reserved = Reserved(wish.number, wish.token, wish.until)
    station.announce(outlet)
    return "Accepted"


def release(station: "Station", number: int) -> bool:
    """Give a place free; False where none is kept under this number."""
    outlet = next((o for o in station.outlets.values() if o.reserved and o.reserved.number == number), None)
    if outlet is None:
        return False
    outlet.reserved = None
    station.announce(outlet)
    return True


def end_lost(station: "Station") -> None:
    """End what is kept past its time, or at an outlet that cannot be used any more."""
    for outlet in station.outlets.values():
        if outlet.reserved is None:
            continue
        if outlet.reserved.until <= station.now():
            _end(station, outlet, "Expired")
        elif outlet.fault is not None or not outlet.operative:
            _end(station, outlet, "Removed")


def _end(station: "Station", outlet: Outlet, why: str) -> None:
    reserved, outlet.reserved = outlet.reserved, None
    station.announce(outlet)
    if reserved is not None:
        station.tell_reservation_ended(reserved.number, why)
