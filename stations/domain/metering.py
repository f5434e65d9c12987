"""From a charger's sampled values to one reading: units, phases, locations."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

ENERGY = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"
CURRENT = "Current.Import"
VOLTAGE = "Voltage"
SOC = "SoC"

# Beyond what any meter counts (a million TWh in Wh): broken firmware, and no database column takes it.
LARGEST = 1e15

# What a unit is worth in Wh, W, A, V, percent. Units of other kinds leave a value out of the columns.
_UNITS = {
    ENERGY: {"": 1.0, "Wh": 1.0, "kWh": 1000.0},
    POWER: {"": 1.0, "W": 1.0, "kW": 1000.0},
    CURRENT: {"": 1.0, "A": 1.0},
    VOLTAGE: {"": 1.0, "V": 1.0},
    SOC: {"": 1.0, "Percent": 1.0},
}


class Sampled(NamedTuple):
    """One sampled value, version-neutral. `value` is None where it was no plain number (signed data, text)."""

    value: float | None
    measurand: str = ENERGY
    unit: str = ""
    phase: str = ""
    location: str = "Outlet"
    context: str = "Sample.Periodic"


class Reading(NamedTuple):
    """All that was measured at one instant. `values`: the charger's own list, for storing as it came.

    `said`: the time by the charger's clock, where that cannot be and `at` is when we heard of it.
    """

    at: datetime
    context: str = "Sample.Periodic"
    energy_wh: float | None = None
    power_w: float | None = None
    current_a: float | None = None
    voltage_v: float | None = None
    soc_percent: float | None = None
    values: Sequence[Any] = ()
    said: datetime | None = None


def number(text: object) -> float | None:
    """The finite number in `text`, else None."""
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def combine(
    at: datetime, sampled: Sequence[Sampled], values: Sequence[Any], *, said: datetime | None = None
) -> Reading:
    """One reading of the sampled values of an instant.

    Energy and power are summed over phases, current is that of the most loaded phase, voltage the mean.
    """
    usable: dict[str, list[Sampled]] = {}
    for one in sampled:
        if one.value is not None and one.unit in _UNITS.get(one.measurand, ()):
            usable.setdefault(one.measurand, []).append(one)
    return Reading(
        at=at,
        context=sampled[0].context if sampled else "Sample.Periodic",
        energy_wh=_column(usable.get(ENERGY), sum),
        power_w=_column(usable.get(POWER), sum),
        current_a=_column(usable.get(CURRENT), max),
        voltage_v=_column(usable.get(VOLTAGE), _mean),
        soc_percent=_column(usable.get(SOC), max),
        values=values,
        said=said,
    )


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


def _column(found: Sequence[Sampled] | None, over_phases: Any) -> float | None:
    """A total where the charger reports one, else its phases put together; at the outlet where it says so."""
    if found is None:
        return None
    at_outlet = [s for s in found if s.location == "Outlet"] or found
    totals = [s for s in at_outlet if not s.phase]
    chosen = totals[-1:] or [s for s in at_outlet if s.phase != "N"]
    scaled = [s.value * _UNITS[s.measurand][s.unit] for s in chosen if s.value is not None]
    column = float(over_phases(scaled)) if scaled else None
    return column if column is not None and abs(column) <= LARGEST else None
