"""What a CSMS may change in a charger, by the name either protocol knows it under."""

from dataclasses import dataclass

from .profile import Profile

MEASURANDS = "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,SoC"


@dataclass(slots=True)
class Settings:
    """Durations in seconds. `retry_interval_s` is multiplied by the attempts made (OCPP 1.6 section 3.7.1)."""

    password: str
    meter_interval_s: int
    heartbeat_s: int = 300
    connection_timeout_s: int = 60
    authorize_remote: bool = True
    offline_unknown_ids: bool = True
    stop_on_invalid_id: bool = True
    message_attempts: int = 3
    retry_interval_s: float = 10.0
    measurands: str = MEASURANDS

    @classmethod
    def of(cls, profile: Profile) -> "Settings":
        """As the charger leaves the factory."""
        return cls(password=profile.password or "", meter_interval_s=profile.meter_interval_s)

    def read(self, name: str) -> str:
        """The value of a field as OCPP writes it."""
        value = getattr(self, name)
        if isinstance(value, bool):
            return "true" if value else "false"
        return f"{value:g}" if isinstance(value, float) else str(value)

    def write(self, name: str, text: str) -> bool:
        """Take `text` as the new value of a field; False where it does not fit."""
        current = getattr(self, name)
        if isinstance(current, bool):
            if text.lower() not in ("true", "false"):
                return False
            setattr(self, name, text.lower() == "true")
        elif isinstance(current, int | float):
            if not text.isascii() or not text.isdigit():
                return False
            setattr(self, name, type(current)(text))
        elif name == "measurands" and not set(text.split(",")) <= set(MEASURANDS.split(",")):
            return False
        else:
            setattr(self, name, text)
        return True
