"""The energy meter of one EVSE."""

from dataclasses import dataclass

from .profile import CurrentType

AC_VOLTAGE_V = 230.0
DC_VOLTAGE_V = 400.0
AC_PHASES = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at the meter. `currents_a`: each phase, or the one of DC. `soc_percent`: only where the car tells."""

    energy_wh: int
    power_w: float
    currents_a: tuple[float, ...]
    voltage_v: float
    soc_percent: int | None = None


@dataclass(slots=True)
class Meter:
    """A register that only grows, and what flows now."""

    current_type: CurrentType
    register_wh: float = 0.0
    delivered_wh: float = 0.0
    power_w: float = 0.0

    def count(self, energy_wh: float, power_w: float) -> None:
        """Add what flowed in the last step."""
        self.register_wh += energy_wh
        self.delivered_wh += energy_wh
        self.power_w = power_w

    def reading(self, *, soc: float | None = None) -> Reading:
        """What the meter shows; `soc` (0 to 1) goes along for DC, where the car tells it."""
        dc = self.current_type == "dc"
        voltage = DC_VOLTAGE_V if dc else AC_VOLTAGE_V
        phases = 1 if dc else AC_PHASES
        return Reading(
            energy_wh=int(self.register_wh),
            power_w=round(self.power_w, 1),
            currents_a=(round(self.power_w / voltage / phases, 2),) * phases,
            voltage_v=voltage,
            soc_percent=round(soc * 100) if dc and soc is not None else None,
        )


@dataclass(frozen=True, slots=True)
class Sample:
    """One measured quantity, in the words that OCPP 1.6 and 2.0.1 share."""

    measurand: str
    value: float
    unit: str
    phase: str | None = None


def samples(reading: Reading, measurands: str) -> list[Sample]:
    """The quantities of `reading` that the comma-separated list `measurands` asks for, the energy first."""
    phases = [f"L{n}" for n in range(1, len(reading.currents_a) + 1)] if len(reading.currents_a) > 1 else [None]
    found = [
        Sample("Energy.Active.Import.Register", reading.energy_wh, "Wh"),
        Sample("Power.Active.Import", reading.power_w, "W"),
        *(
            Sample("Current.Import", current, "A", phase)
            for phase, current in zip(phases, reading.currents_a, strict=True)
        ),
        Sample("Voltage", reading.voltage_v, "V"),
    ]
    if reading.soc_percent is not None:
        found.append(Sample("SoC", reading.soc_percent, "Percent"))
    wanted = {name.strip() for name in measurands.split(",")}
    return [sample for sample in found if sample.measurand in wanted]
