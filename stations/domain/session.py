"""What a session's numbers are, whatever order its messages come in."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from stations.domain.anomalies import Anomaly
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


# More than any EVSE gives, where nobody said what this one is made for.
MAX_POWER_W = 1_000_000
# Nothing charges a car with less: somebody entered kW for W.
_LEAST_POWER_W = 1_000
# A clock that was set by an hour, or a reading that waited, explains an hour's energy; but no more than any vehicle
# takes.
MOST_UNEXPLAINED_WH = 100_000
# What registers told in kWh with one decimal may lie above those told in Wh.
ROUNDING_WH = 100
_KILO = 1000
# The context of the reading with which a transaction ends (OCPP 2.x ReadingContextEnumType; 1.6 has it too).
_END = "Transaction.End"


def rated_power_w(max_power_w: int | None) -> float:
    """What the meter of an EVSE made for `max_power_w` can count at most; None: nobody said."""
    return float(max_power_w) if max_power_w is not None and max_power_w >= _LEAST_POWER_W else MAX_POWER_W


class Register(NamedTuple):
    """A meter's register in Wh and when it was read; `at` is None where nobody said."""

    wh: int
    at: datetime | None

    def follows(self, before: "Register", max_power_w: float) -> bool:
        """Whether a meter that showed `before` can show this: no less but for rounding, no more than power explains."""
        counted = self.wh - before.wh
        return -ROUNDING_WH <= counted <= self._explained(before, max_power_w) + min(max_power_w, MOST_UNEXPLAINED_WH)

    def continues(self, before: "Register", max_power_w: float) -> bool:
        """The same to the kWh, and with nothing that power does not explain: enough to recognize a register again."""
        return -_KILO <= self.wh - before.wh <= self._explained(before, max_power_w) + _KILO

    def _explained(self, before: "Register", max_power_w: float) -> float:
        if self.at is None or before.at is None:
            return 0.0
        return max_power_w * max(0.0, (self.at - before.at).total_seconds()) / 3600


class Meter(NamedTuple):
    """A session's meter: registers in Wh; energy never negative, and never falling while the session runs.

    Energy is the sum of the steps between registers that can follow each other. A register that cannot (a jump, a step
    back) is a suspect: nothing is counted until the next one shows which of the two was wrong. If it continues from
    the suspect, the meter was replaced or reset, and counting goes on from there.

    `start_at` is when the start register was read; None where the charger told it as the start (1.6 meterStart).
    `stop_wh`, `stop_at`: the latest register that was believed. `max_power_w`: what the EVSE is made for.
    """

    start_wh: int | None = None
    start_at: datetime | None = None
    stop_wh: int | None = None
    stop_at: datetime | None = None
    suspect_wh: int | None = None
    suspect_at: datetime | None = None
    energy_wh: int = 0
    power_w: float | None = None
    soc_percent: float | None = None
    metered_at: datetime | None = None
    max_power_w: float = MAX_POWER_W
    anomalies: frozenset[Anomaly] = frozenset()

    def with_reading(self, reading: Reading) -> "Meter":
        """The meter after `reading`. A late reading adds its energy, but what is shown as latest stays the latest."""
        meter = self if reading.energy_wh is None else self._with_energy(reading.energy_wh, reading)
        if self.metered_at is not None and reading.at < self.metered_at:
            return meter
        return meter._replace(
            power_w=meter.power_w if reading.power_w is None else reading.power_w,
            soc_percent=meter.soc_percent if reading.soc_percent is None else reading.soc_percent,
            metered_at=reading.at,
        )

    def stopped_at(self, register_wh: int | None, at: datetime | None = None) -> "Meter":
        """The meter at the session's end, and no power flows any more.

        The stop register decides where it can follow the last one, even if it takes back what rounding had added; and
        where it cannot, but fits the register the session began with, the whole session's difference does.
        """
        meter = self._replace(power_w=0.0 if self.power_w is not None else None)
        if register_wh is None:
            return meter
        last, stop = meter._last, Register(register_wh, at)
        if last is None:
            return meter._replace(start_wh=register_wh, start_at=at, stop_wh=register_wh, stop_at=at)
        if stop.follows(last, meter.max_power_w):
            energy_wh = max(0, meter.energy_wh + stop.wh - last.wh)
            return meter._replace(stop_wh=stop.wh, stop_at=at, energy_wh=energy_wh)._without_suspect()
        return meter._stopped_oddly(last, stop)

    def _stopped_oddly(self, last: Register, stop: Register) -> "Meter":
        """The stop register cannot follow the last one."""
        suspect = self._suspect
        if suspect is not None and stop.follows(suspect, self.max_power_w):
            return self._rebased(suspect, stop)
        if self.start_wh == 0 and self.energy_wh == 0 and stop.wh > last.wh:
            # Nothing says what part of it is this session's.
            return self._replace(anomalies=self.anomalies | {Anomaly.NO_BEGIN_READING})
        odd = self._odd(stop, last)
        whole_wh = stop.wh - self.start_wh if self.start_wh is not None else -1
        if 0 <= whole_wh <= MOST_UNEXPLAINED_WH and stop.wh < last.wh:
            return odd._replace(stop_wh=stop.wh, stop_at=stop.at, energy_wh=max(self.energy_wh, whole_wh))
        return odd

    @property
    def _last(self) -> Register | None:
        return None if self.stop_wh is None else Register(self.stop_wh, self.stop_at)

    @property
    def _suspect(self) -> Register | None:
        return None if self.suspect_wh is None else Register(self.suspect_wh, self.suspect_at)

    def _with_energy(self, register_wh: float, reading: Reading) -> "Meter":
        if reading.context == _END and self.stop_at is not None and reading.at < self.stop_at:
            # Nothing is read after the end: it is not late, the charger's clock was set back meanwhile.
            return self.stopped_at(round(register_wh), reading.at)
        return self._with_register(register_wh, reading.at)

    def _with_register(self, register_wh: float, at: datetime) -> "Meter":
        last, read = self._last, Register(round(register_wh), at)
        if last is None:
            return self._replace(start_wh=read.wh, start_at=at, stop_wh=read.wh, stop_at=at)
        if last.at is not None and at < last.at:
            return self._with_late(read)
        if read.follows(last, self.max_power_w):
            return self._counted(last, read)
        # 12.345 after 12,345: the unit is missing or wrong, and the register is the same one.
        scaled = Register(round(register_wh * _KILO), at)
        if scaled.continues(last, self.max_power_w):
            return self._counted(last, scaled, Anomaly.KWH_AS_WH)
        suspect = self._suspect
        if suspect is not None and read.follows(suspect, self.max_power_w):
            return self._rebased(suspect, read)
        return self._odd(read, last)._replace(suspect_wh=read.wh, suspect_at=at)

    def _counted(self, last: Register, read: Register, *odd: Anomaly) -> "Meter":
        """The register went on; one that fell by rounding takes nothing back, and is not the new base."""
        step_wh = max(0, read.wh - last.wh)
        return self._replace(
            stop_wh=max(last.wh, read.wh),
            stop_at=read.at,
            energy_wh=self.energy_wh + step_wh,
            anomalies=self.anomalies.union(odd),
        )._without_suspect()

    def _with_late(self, read: Register) -> "Meter":
        """Messages may come out of order: a register read before the one we started from is the start."""
        if self.start_wh is None or self.start_at is None or read.at is None or read.at >= self.start_at:
            return self
        start = Register(self.start_wh, self.start_at)
        if not start.follows(read, self.max_power_w):
            return self._odd(start, read)
        gained_wh = max(0, start.wh - read.wh)
        return self._replace(start_wh=read.wh, start_at=read.at, energy_wh=self.energy_wh + gained_wh)

    def _rebased(self, suspect: Register, read: Register) -> "Meter":
        """The suspect was right: what lies between it and the last register believed is not the vehicle's."""
        meter = self._replace(
            stop_wh=read.wh, stop_at=read.at, energy_wh=self.energy_wh + max(0, read.wh - suspect.wh)
        )._without_suspect()
        if self.energy_wh > 0 or (self.start_at is None and self.start_wh != 0):
            return meter
        # The first register was the wrong one (a meter that counts for long never stood at 0): this one stands in.
        anomalies = self.anomalies
        if self.start_wh == 0:
            anomalies = (anomalies - {Anomaly.METER_JUMPED}) | {Anomaly.NO_BEGIN_READING}
        return meter._replace(start_wh=suspect.wh, start_at=suspect.at, anomalies=anomalies)

    def _odd(self, read: Register, last: Register) -> "Meter":
        """A register that cannot follow; `read` is the later one."""
        found = Anomaly.METER_RAN_BACK if read.wh < last.wh else Anomaly.METER_JUMPED
        return self._replace(anomalies=self.anomalies | {found})

    def _without_suspect(self) -> "Meter":
        return self if self.suspect_wh is None else self._replace(suspect_wh=None, suspect_at=None)
