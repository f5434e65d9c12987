"""What chargers remember without power: their registers, and the sessions that were running."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from .meter import Reading
from .outlet import Session, StopReason, Token
from .station import Station

Remembered = dict[str, Any]


def save(path: Path, stations: Iterable[Station]) -> None:
    """Write what `stations` have to remember; an interrupted write leaves the older file."""
    remembered = {station.profile.identity: _remember(station) for station in stations}
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(remembered, default=str))
    fresh.replace(path)


def load(path: Path, stations: Iterable[Station]) -> None:
    """Put `stations` back to what `save` wrote; sessions that ran then end with the reason PowerLoss."""
    remembered = json.loads(path.read_text()) if path.exists() else {}
    for station in stations:
        if station.profile.identity in remembered:
            _recall(station, remembered[station.profile.identity])


def _remember(station: Station) -> Remembered:
    outlets = station.outlets.values()
    return {
        "registers_wh": {outlet.id: outlet.meter.register_wh for outlet in outlets},
        "sessions": [asdict(outlet.session) for outlet in outlets if outlet.session is not None],
    }


def _recall(station: Station, remembered: Remembered) -> None:
    for number, register_wh in remembered["registers_wh"].items():
        if outlet := station.outlets.get(int(number)):
            outlet.meter.register_wh = register_wh
    for fields in remembered["sessions"]:
        session = _session(fields)
        # Of one below zero the CSMS never heard.
        if session.evse_id in station.outlets and (session.number > 0 or station.profile.protocol != "ocpp1.6"):
            station.outlets[session.evse_id].session = session
    station.stop_all(StopReason.POWER_LOSS)
    station.power_up()


def _session(fields: Remembered) -> Session:
    reading = fields["begin"]
    return Session(
        **{
            **fields,
            "token": Token(**fields["token"]),
            "started_at": datetime.fromisoformat(fields["started_at"]),
            "begin": Reading(**{**reading, "currents_a": tuple(reading["currents_a"])}),
        }
    )
