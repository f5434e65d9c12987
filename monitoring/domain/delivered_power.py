"""Ports that deliver less than they are made for.

A vehicle takes what it takes: its limit is no fault of the port. So each charge is compared with what *this* vehicle
could have had: what it asked for, or what it took elsewhere, but no more than the port is made for. Only a port at
which several vehicles all stayed well below that is blamed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# Below this share of what a vehicle could have had, it was given too little; and so many vehicles have to be.
LOW_SHARE = 0.6
LEAST_VEHICLES = 3


@dataclass(frozen=True, slots=True)
class Charge:
    """`vehicle`: by what it is told from others; `able_w`: what it asked for or took elsewhere, None: nobody knows."""

    vehicle: str
    peak_w: float
    able_w: float | None


@dataclass(frozen=True, slots=True)
class Shortfall:
    """`peak_w`: the most any of `vehicles` was given, `possible_w`: the most any could have had here."""

    vehicles: int
    peak_w: float
    possible_w: float

    @property
    def share(self) -> float:
        return self.peak_w / self.possible_w


def shortfall(
    charges: Iterable[Charge], *, rated_w: float, low_share: float = LOW_SHARE, vehicles: int = LEAST_VEHICLES
) -> Shortfall | None:
    """Whether a port rated at `rated_w` gave all its vehicles too little; None: it did not, or too few tell.

    Of each vehicle its best charge counts, and one that was given enough acquits the port.
    """
    best: dict[str, tuple[float, float]] = {}
    for charge in charges:
        if charge.able_w is None or not charge.vehicle:
            continue
        possible = min(rated_w, charge.able_w)
        if possible <= 0:
            continue
        known = best.get(charge.vehicle)
        if known is None or charge.peak_w / possible > known[0] / known[1]:
            best[charge.vehicle] = charge.peak_w, possible
    if len(best) < vehicles or any(peak >= low_share * possible for peak, possible in best.values()):
        return None
    return Shortfall(len(best), max(peak for peak, _ in best.values()), max(could for _, could in best.values()))


def asked_w(needs: dict[str, object]) -> float | None:
    """What a vehicle asks for at most, of `chargingNeeds` as on the wire (OCPP 2.0.1 K15): W; None: it does not say."""
    dc, ac = needs.get("dcChargingParameters"), needs.get("acChargingParameters")
    if isinstance(dc, dict):
        power = _number(dc.get("evMaxPower"))
        return power or _product(dc.get("evMaxCurrent"), dc.get("evMaxVoltage"))
    if isinstance(ac, dict):
        phases = 3 if needs.get("requestedEnergyTransfer") == "AC_three_phase" else 1
        found = _product(ac.get("evMaxCurrent"), ac.get("evMaxVoltage"))
        return found * phases if found else None
    v2x = needs.get("v2xChargingParameters")
    return _number(v2x.get("maxChargePower")) if isinstance(v2x, dict) else None


def _product(one: object, other: object) -> float | None:
    first, second = _number(one), _number(other)
    return first * second if first and second else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None
