"""What one virtual charger is: identity, protocol, hardware and habits."""

from dataclasses import dataclass
from typing import Literal, get_args

Protocol = Literal["ocpp1.6", "ocpp2.0.1", "ocpp2.1"]
CurrentType = Literal["ac", "dc"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """A virtual charger's name plate and habits; everything random in it follows from `seed`.

    `password`: HTTP Basic auth (security profiles 1 and 2), none where the CSMS asks for none.
    `id_tokens`: what its drivers present locally; empty: it charges by remote start only.
    `clock_offset_s`: how far its own clock is off. `syncs_clock`: whether it takes `currentTime` from the CSMS.
    `faults_per_hour`, `offline_spells_per_hour`: means of the random behaviour, in simulated hours.
    `iccid`: of the SIM in its modem; none without one.
    `power_shares`: how much of its rating each EVSE really gives; empty: all of it.
    `is_shunned`: no car comes by itself.
    `impatient`: sends its messages without waiting for the answer to the one before.
    `reboot_s`, `call_timeout_s`: in real seconds, whatever the fleet's speed.
    """

    identity: str
    protocol: Protocol = "ocpp1.6"
    password: str | None = None
    evses: int = 1
    current_type: CurrentType = "ac"
    max_power_w: int = 22_000
    power_shares: tuple[float, ...] = ()
    vendor: str = "Busbar"
    model: str = "Virtual"
    serial: str = "SIM-0001"
    firmware_version: str = "1.0.0"
    iccid: str = ""
    meter_interval_s: int = 30
    id_tokens: tuple[str, ...] = ("SIMTAG1",)
    clock_offset_s: float = 0.0
    syncs_clock: bool = False
    faults_per_hour: float = 0.0
    offline_spells_per_hour: float = 0.0
    is_shunned: bool = False
    impatient: bool = False
    reboot_s: float = 1.0
    call_timeout_s: float = 30.0
    seed: int = 0

    def gives_w(self, evse: int) -> float:
        """The most power that an EVSE gives, whatever it is made for."""
        return self.max_power_w * (self.power_shares[evse - 1] if evse <= len(self.power_shares) else 1.0)

    def __post_init__(self) -> None:
        if self.protocol not in get_args(Protocol):
            raise ValueError(f"{self.protocol} is not a protocol of the virtual chargers")
        if self.evses < 1 or self.meter_interval_s < 1:
            raise ValueError("A charger has at least one EVSE and a meter interval of at least a second")
