"""What is kept of a charger when a ticket about it is opened."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugState:
    """A connector. `status`: a ConnectorStatus; times are ISO 8601 in UTC, empty where not known."""

    evse: int
    number: int
    type: str = ""
    status: str = ""
    error_code: str = ""
    vendor_error_code: str = ""
    info: str = ""
    status_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """The session that the ticket is about, or that ran at the time."""

    id: int
    transaction_id: str
    started_at: str
    ended_at: str = ""
    phase: str = ""
    stop_reason: str = ""
    energy_wh: int = 0
    power_w: float | None = None
    soc_percent: float | None = None
    cost_minor: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameText:
    """A frame as it is stored: its secrets are masked. `direction`: in (from the charger) or out."""

    id: int
    at: str
    direction: str
    action: str
    type: int | None
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A charger at one moment."""

    identity: str
    connected: bool
    last_seen: str = ""
    protocol: str = ""
    vendor: str = ""
    model: str = ""
    firmware_version: str = ""
    status: str = ""
    error_code: str = ""
    plugs: tuple[PlugState, ...] = ()
    session: SessionState | None = None
    frames: tuple[FrameText, ...] = ()


def to_json(snapshot: Snapshot) -> dict[str, Any]:
    """As a row keeps it."""
    return asdict(snapshot)


def from_json(data: Mapping[str, Any]) -> Snapshot:
    """What `to_json` wrote."""
    session = data.get("session")
    parts = {
        "plugs": tuple(PlugState(**plug) for plug in data.get("plugs", ())),
        "session": SessionState(**session) if session else None,
        "frames": tuple(FrameText(**frame) for frame in data.get("frames", ())),
    }
    return Snapshot(**{**data, **parts})
