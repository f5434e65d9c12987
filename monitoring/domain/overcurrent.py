"""Phase currents as a charger tells them, and what each phase of an EVSE is rated for."""

from collections.abc import Iterable, Mapping
from typing import Any

PHASES = {"L1": "L1", "L2": "L2", "L3": "L3", "L1-N": "L1", "L2-N": "L2", "L3-N": "L3"}
CURRENT = "Current.Import"
# Of 32 A at 230 V: what is rated for no more has one phase, however many its meter tells of.
ONE_PHASE_W = 7_400
MAX_MULTIPLIER = 12


def phase_currents(values: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Amperes by phase of one meter value (`sampledValue` of OCPP 1.6 or 2.x); empty unless L1, L2 and L3 are told.

    What is no number, or measured anywhere else than at the outlet, is left out.
    """
    found: dict[str, float] = {}
    for value in values:
        phase = PHASES.get(str(value.get("phase", "")))
        if phase is None or value.get("measurand") != CURRENT or value.get("location", "Outlet") != "Outlet":
            continue
        amperes = _amperes(value)
        if amperes is not None:
            found[phase] = amperes
    return found if len(found) == len(set(PHASES.values())) else {}


def _amperes(value: Mapping[str, Any]) -> float | None:
    try:
        multiplier = int((value.get("unitOfMeasure") or {}).get("multiplier", 0))
        return float(value["value"]) * 10.0**multiplier if abs(multiplier) <= MAX_MULTIPLIER else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def rated_current_a(max_power_w: int, *, phases: int, voltage_v: float) -> float | None:
    """What each of three phases is rated for, in amperes; `voltage_v` between a phase and neutral.

    None for an EVSE that has fewer phases: its power says it all.
    """
    if phases != len(set(PHASES.values())) or max_power_w <= ONE_PHASE_W:
        return None
    return max_power_w / phases / voltage_v
