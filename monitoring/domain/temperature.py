"""Temperatures as chargers report them. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

# What is outside was not measured but misread: no electronics live there.
PLAUSIBLE_C = (-50.0, 200.0)
# 1.6 spells its unit "Celcius" in the specification's first edition, and chargers still do.
_TO_CELSIUS = {
    "": lambda value: value,
    "Celsius": lambda value: value,
    "Celcius": lambda value: value,
    "Fahrenheit": lambda value: (value - 32) / 1.8,
    "K": lambda value: value - 273.15,
}


def celsius(value: Any, unit: str = "", multiplier: int = 0) -> float | None:
    """A reading in degrees Celsius; None for what is none. `multiplier`: power of ten (OCPP 2.x unitOfMeasure)."""
    convert = _TO_CELSIUS.get(unit)
    try:
        found = convert(float(value) * 10**multiplier) if convert else None
    except (TypeError, ValueError, OverflowError):
        return None
    low, high = PLAUSIBLE_C
    return found if found is not None and low <= found <= high else None


def highest(sampled: Iterable[Mapping[str, Any]]) -> float | None:
    """The highest temperature of a charger's own parts among its sampled values (1.6 SampledValue, 2.x
    SampledValueType); that of the vehicle is none of them."""
    found = [_read(value) for value in sampled if value.get("measurand") == "Temperature"]
    return max((value for value in found if value is not None), default=None)


def _read(value: Mapping[str, Any]) -> float | None:
    if value.get("location") == "EV":
        return None
    measure = value.get("unitOfMeasure") or {"unit": value.get("unit", "")}
    return celsius(value.get("value"), str(measure.get("unit", "")), int(measure.get("multiplier", 0)))
