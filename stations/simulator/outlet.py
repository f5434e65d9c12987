"""One EVSE with its connector, and the session on it: state only, the verbs are the station's."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .meter import Meter, Reading
from .vehicle import Vehicle


class Status(StrEnum):
    """In the words of OCPP 1.6; 2.0.1 knows fewer."""

    AVAILABLE = "Available"
    PREPARING = "Preparing"
    CHARGING = "Charging"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    FINISHING = "Finishing"
    RESERVED = "Reserved"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"


class Trigger(StrEnum):
    """Why something is told of a session, in the words of OCPP 2.0.1; 1.6 does not tell."""

    AUTHORIZED = "Authorized"
    PLUGGED_IN = "CablePluggedIn"
    REMOTE_START = "RemoteStart"
    PERIODIC = "MeterValuePeriodic"
    STATE_CHANGED = "ChargingStateChanged"
    STOP_AUTHORIZED = "StopAuthorized"
    REMOTE_STOP = "RemoteStop"
    EV_GONE = "EVCommunicationLost"
    DEAUTHORIZED = "Deauthorized"
    UNLOCK = "UnlockCommand"
    RESET = "ResetCommand"
    ABNORMAL = "AbnormalCondition"
    REQUESTED = "Trigger"
    RESUMED = "TxResumed"


class Cure(StrEnum):
    """What mends a fault; a hard reset mends what a soft one does too."""

    SOFT_RESET = "soft_reset"
    HARD_RESET = "hard_reset"
    UNLOCK = "unlock"


class StopReason(StrEnum):
    """Why a session ended, version-neutral."""

    LOCAL = "local"
    REMOTE = "remote"
    EV_DISCONNECTED = "ev_disconnected"
    DEAUTHORIZED = "deauthorized"
    UNLOCK = "unlock"
    EMERGENCY_STOP = "emergency_stop"
    HARD_RESET = "hard_reset"
    SOFT_RESET = "soft_reset"
    POWER_LOSS = "power_loss"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Token:
    """What a driver identifies with; `type` in the words of OCPP 2.0.1."""

    value: str
    type: str = "ISO14443"

    @classmethod
    def of(cls, token: "str | Token") -> "Token":
        """A plain string is the number of a card."""
        return token if isinstance(token, Token) else cls(token)


_local_numbers = itertools.count(1)


@dataclass(slots=True, eq=False)
class Session:
    """A transaction as the charger knows it.

    `transaction_id` is 2.0.1's, made here. `number` is 1.6's: below zero, only locally known, until the CSMS gave one.
    """

    evse_id: int
    token: Token
    transaction_id: str
    started_at: datetime
    begin: Reading
    remote_start_id: int | None = None
    reservation: int | None = None
    number: int = field(default_factory=lambda: -next(_local_numbers))
    ended_at: datetime | None = None
    end: Reading | None = None
    stop_reason: StopReason | None = None
    next_seq_no: int = 0
    charging_s: float = 0.0

    @property
    def energy_wh(self) -> int:
        """What the ended session delivered; 0 while it runs."""
        return self.end.energy_wh - self.begin.energy_wh if self.end else 0

    def take_seq_no(self) -> int:
        """The sequence number of its next TransactionEvent."""
        seq_no = self.next_seq_no
        self.next_seq_no += 1
        return seq_no


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody identified before plugging in; forgotten after the connection time-out."""

    token: Token
    until: datetime
    remote_start_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reserved:
    """The place is kept for somebody under this number."""

    number: int
    token: Token
    until: datetime

    def is_for(self, token: Token) -> bool:
        """Whether it is kept for this token."""
        return self.token.value.lower() == token.value.lower()


@dataclass(slots=True, eq=False)
class Outlet:
    """`announced`: the status the CSMS knows, None where it knows none (or may have missed it)."""

    id: int
    meter: Meter
    max_power_w: float
    vehicle: Vehicle | None = None
    session: Session | None = None
    expected: Expected | None = None
    reserved: Reserved | None = None
    operative: bool = True
    operative_next: bool | None = None
    fault: str | None = None
    cure: Cure | None = None
    ev_suspends: bool = False
    evse_suspends: bool = False
    finishing: bool = False
    announced: str | None = None

    @property
    def is_free(self) -> bool:
        """Whether a session may begin here (once a cable is in)."""
        return self.session is None and self.operative and self.fault is None

    @property
    def status(self) -> Status:
        """What the connector shows."""
        if self.fault is not None:
            return Status.FAULTED
        if self.session is not None:
            return self._session_status()
        if not self.operative:
            return Status.UNAVAILABLE
        if self.finishing:
            return Status.FINISHING
        if self.vehicle or self.expected:
            return Status.PREPARING
        return Status.RESERVED if self.reserved else Status.AVAILABLE

    def is_open_to(self, token: Token) -> bool:
        """Whether no place is kept here for somebody else."""
        return self.reserved is None or self.reserved.is_for(token)

    def _session_status(self) -> Status:
        if self.evse_suspends:
            return Status.SUSPENDED_EVSE
        if self.vehicle is None or self.ev_suspends or self.vehicle.is_full:
            return Status.SUSPENDED_EV
        return Status.CHARGING

    def reading(self) -> Reading:
        """What its meter shows now."""
        return self.meter.reading(soc=self.vehicle.soc if self.vehicle else None)
