"""The battery at the other end of the cable."""

from dataclasses import dataclass

# Of what leaves the outlet this much reaches the battery.
EFFICIENCY = 0.92
TAPER_FROM = 0.8
TAPER_TO = 0.1


@dataclass(slots=True)
class Vehicle:
    """A car: `soc` is 0 to 1, `capacity_wh` the usable battery, `ramp_w_per_s` how fast it raises its power."""

    capacity_wh: float = 60_000.0
    soc: float = 0.3
    max_power_w: float = 11_000.0
    ramp_w_per_s: float = 1_000.0
    power_w: float = 0.0

    @property
    def is_full(self) -> bool:
        """Whether it asks for no more."""
        return self.soc >= 1.0

    def wanted_power_w(self) -> float:
        """What the car would draw at this state of charge: all it can up to 80 %, then falling to a tenth."""
        if self.is_full:
            return 0.0
        if self.soc <= TAPER_FROM:
            return self.max_power_w
        left = (1.0 - self.soc) / (1.0 - TAPER_FROM)
        return self.max_power_w * (TAPER_TO + (1.0 - TAPER_TO) * left)

    def draw(self, seconds: float, limit_w: float) -> float:
        """Charge for `seconds` from an outlet that gives at most `limit_w`; the energy drawn, in Wh."""
        wanted = min(self.wanted_power_w(), limit_w)
        self.power_w = min(wanted, self.power_w + self.ramp_w_per_s * seconds)
        room_wh = max(0.0, (1.0 - self.soc) * self.capacity_wh / EFFICIENCY)
        energy_wh = min(self.power_w * seconds / 3600, room_wh)
        if energy_wh >= room_wh:
            self.soc = 1.0
        else:
            self.soc = min(1.0, self.soc + energy_wh * EFFICIENCY / self.capacity_wh)
        if seconds > 0:
            self.power_w = energy_wh * 3600 / seconds
        return energy_wh

    def rest(self) -> None:
        """No current flows."""
        self.power_w = 0.0
