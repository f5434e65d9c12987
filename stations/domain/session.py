"""What a session's numbers are, whatever order its messages come in."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from stations.domain.metering import Reading
from stations.domain.status import ConnectorStatus


class Phase(StrEnum):
    """OCPP 2.0.1 `ChargingStateEnumType`."""

    CONNECTED = "ev_connected"
    CHARGING = "charging"
    SUSPENDED_EV = "suspended_ev"
    SUSPENDED_EVSE = "suspended_evse"
    IDLE = "idle"


# What a 1.6 connector status tells of the session on it; others say nothing new.
PHASE_OF_STATUS = {
    ConnectorStatus.CHARGING: Phase.CHARGING,
    ConnectorStatus.SUSPENDED_EV: Phase.SUSPENDED_EV,
    ConnectorStatus.SUSPENDED_EVSE: Phase.SUSPENDED_EVSE,
    ConnectorStatus.FINISHING: Phase.IDLE,
}


@dataclass(frozen=True, slots=True)
class Meter:
    """A session's meter: registers in Wh, energy never negative and never falling.

    `start_at` is when the start register was read; None where the charger told it as the start (1.6 meterStart).
    """

    start_wh: int | None = None
    start_at: datetime | None = None
    stop_wh: int | None = None
    energy_wh: int = 0
    power_w: float | None = None
    soc_percent: float | None = None
    metered_at: datetime | None = None

    def with_reading(self, reading: Reading) -> "Meter":
        """The meter after `reading`. A late reading adds its energy, but what is shown as latest stays the latest."""
        meter = self if reading.energy_wh is None else self._with_register(round(reading.energy_wh), reading.at)
        if self.metered_at is not None and reading.at < self.metered_at:
            return meter
        return replace(
            meter,
            power_w=meter.power_w if reading.power_w is None else reading.power_w,
            soc_percent=meter.soc_percent if reading.soc_percent is None else reading.soc_percent,
            metered_at=reading.at,
        )

    def stopped_at(self, register_wh: int | None) -> "Meter":
        """The meter at the session's end: the stop register decides the energy, and no power flows any more."""
        meter = replace(self, power_w=0.0 if self.power_w is not None else None)
        if register_wh is None:
            return meter
        if meter.start_wh is None:
            return replace(meter, start_wh=register_wh, stop_wh=register_wh)
        return replace(meter, stop_wh=register_wh, energy_wh=max(0, register_wh - meter.start_wh))

    def _with_register(self, register_wh: int, at: datetime) -> "Meter":
        """Messages may come out of order: a register read before the one we started from is the start."""
        stop_wh = register_wh if self.stop_wh is None else max(self.stop_wh, register_wh)
        start_wh, start_at = self.start_wh, self.start_at
        if start_wh is None or (start_at is not None and at < start_at):
            start_wh, start_at = register_wh, at
        energy_wh = max(self.energy_wh, stop_wh - start_wh)
        return replace(self, start_wh=start_wh, start_at=start_at, stop_wh=stop_wh, energy_wh=energy_wh)
