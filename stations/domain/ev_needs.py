"""From what a vehicle needs (OCPP 2.x K15 to K20) to a schedule that gives it, within the limits in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from math import ceil, floor
from typing import Any

from stations.domain.charging_profile import Period, Unit
from stations.domain.schedule import Slot, Supply, slot_at
from stations.domain.times import parse

# Below it AC charging stops (IEC 61851-1).
LEAST_AMPERES = 6.0
_PHASES = {"AC_single_phase": 1, "AC_two_phase": 2, "AC_three_phase": 3}
# A limit on the wire has at most one decimal (ChargingSchedulePeriodType).
_STEPS = 10


@dataclass(frozen=True, slots=True)
class Needs:
    """What a vehicle asks for. `least` and `most` are what it can take, in `unit` (AC: A per phase, DC: W)."""

    unit: Unit
    energy_wh: float | None = None
    departure: datetime | None = None
    least: float = 0.0
    most: float | None = None
    phases: int = 3

    def watts_per_unit(self, supply: Supply) -> float:
        """Watts of one `unit`."""
        return 1.0 if self.unit == Unit.WATT else supply.voltage_v * self.phases


def needs_of(wire: Mapping[str, Any]) -> Needs:
    """The needs in a `ChargingNeedsType` of 2.0.1 or 2.1."""
    departure = wire.get("departureTime")
    departs_at = parse(departure) if departure else None
    mode = wire["requestedEnergyTransfer"]
    if (ac := wire.get("acChargingParameters")) is not None:
        return Needs(
            Unit.AMPERE,
            energy_wh=_positive(ac["energyAmount"]),
            departure=departs_at,
            least=max(LEAST_AMPERES, float(ac["evMinCurrent"])),
            most=_positive(ac["evMaxCurrent"]),
            phases=_PHASES.get(mode, 3),
        )
    dc, v2x = wire.get("dcChargingParameters"), wire.get("v2xChargingParameters")
    if dc is not None:
        most = _positive(dc.get("evMaxPower")) or _positive(dc["evMaxCurrent"] * dc["evMaxVoltage"])
        return Needs(Unit.WATT, energy_wh=_dc_energy_wh(dc), departure=departs_at, most=most)
    if v2x is not None:
        energy = _positive(v2x.get("evTargetEnergyRequest")) or _positive(v2x.get("evMaxEnergyRequest"))
        return Needs(
            Unit.WATT,
            energy_wh=energy,
            departure=departs_at,
            least=max(0.0, v2x.get("minChargePower") or 0.0),
            most=_positive(v2x.get("maxChargePower")),
        )
    return Needs(Unit.AMPERE if mode in _PHASES else Unit.WATT, departure=departs_at)


def _dc_energy_wh(dc: Mapping[str, Any]) -> float | None:
    """What it asks for, else what fills its battery to the state of charge it calls full."""
    if (energy := _positive(dc.get("energyAmount"))) is not None:
        return energy
    capacity, charge = _positive(dc.get("evEnergyCapacity")), dc.get("stateOfCharge")
    if capacity is None or charge is None:
        return None
    return _positive(capacity * (dc.get("fullSoC", 100) - charge) / 100)


def _positive(value: float | None) -> float | None:
    return float(value) if value is not None and value > 0 else None


def plan(
    needs: Needs, roof: Sequence[Slot], *, at: datetime, supply: Supply, max_periods: int = 1024
) -> tuple[Period, ...]:
    """Periods from `at` on that give the energy by the departure at the lowest even rate, never above `roof`.

    `roof`: the limits in force, a composite schedule in the unit of the needs. Without energy or departure, or where
    the time is too short, as fast as both sides allow. After the departure the vehicle may still stand there: it goes
    on as before.
    """
    level = _level(needs, roof, at, supply)
    phases = needs.phases if needs.unit == Unit.AMPERE else None
    periods: list[Period] = []
    for slot in roof:
        limit = _down(slot.limit) if slot.limit is not None else None
        rate = min(rate for rate in (level, limit) if rate is not None)
        if not periods or periods[-1].limit != rate:
            periods.append(Period(slot.start_s, limit=rate, phases=phases))
    return _at_most(periods, max(1, max_periods))


def _level(needs: Needs, roof: Sequence[Slot], at: datetime, supply: Supply) -> float:
    """The even rate: the lowest that gives the energy in time; what the vehicle can take where none does."""
    # Where neither side tells a limit: above any hardware, which then is the limit.
    most = needs.most if needs.most is not None else _ample(needs.unit)
    if needs.energy_wh is None or needs.departure is None:
        return _down(most)
    seconds = (needs.departure - at).total_seconds()
    low, high = 0.0, most
    if seconds <= 0 or _energy_wh(high, needs, roof, seconds, supply) <= needs.energy_wh:
        return _down(most)
    for _ in range(60):
        middle = (low + high) / 2
        if _energy_wh(middle, needs, roof, seconds, supply) < needs.energy_wh:
            low = middle
        else:
            high = middle
    return min(_down(most), max(_up(high), _up(needs.least)))


def _ample(unit: Unit) -> float:
    return 1000.0 if unit == Unit.AMPERE else 1_000_000.0


def _energy_wh(rate: float, needs: Needs, roof: Sequence[Slot], seconds: float, supply: Supply) -> float:
    """What an even rate gives within `seconds` under the roof."""
    total = 0.0
    for slot, end in zip(roof, [*(slot.start_s for slot in roof[1:]), seconds], strict=True):
        length = max(0.0, min(float(end), seconds) - slot.start_s)
        total += length * min(rate, rate if slot.limit is None else slot.limit)
    return total / 3600 * needs.watts_per_unit(supply)


def _down(value: float) -> float:
    return floor(value * _STEPS + 1e-6) / _STEPS


def _up(value: float) -> float:
    return ceil(value * _STEPS - 1e-6) / _STEPS


def _at_most(periods: list[Period], count: int) -> tuple[Period, ...]:
    """No more periods than the vehicle can hold: neighbours are joined at the lower rate, the most alike first."""
    while len(periods) > count:
        gaps = [abs((a.limit or 0) - (b.limit or 0)) for a, b in pairwise(periods)]
        at = gaps.index(min(gaps))
        first, second = periods[at], periods[at + 1]
        periods[at : at + 2] = [replace(first, limit=min(first.limit or 0, second.limit or 0))]
    return tuple(periods)


def exceeds(schedule: Sequence[Slot], offered: Sequence[Slot], *, shift_s: int = 0, tolerance: float = 0.01) -> bool:
    """Whether a vehicle's schedule goes above what it was offered (K15.FR.11, K15.FR.12).

    Both in one unit; the vehicle's begins `shift_s` seconds after the other. `tolerance` is a share of the limit.
    """
    starts = {slot.start_s for slot in schedule} | {slot.start_s - shift_s for slot in offered}
    for start_s in sorted(start for start in starts if start >= 0):
        wanted, allowed = slot_at(schedule, start_s).limit, slot_at(offered, start_s + shift_s).limit
        if allowed is not None and (wanted or 0.0) > allowed * (1 + tolerance) + 0.1:
            return True
    return False
