"""Questions to a station whose answers the connection doctor needs. They are commands like all others."""

from typing import Any

from drivers.models import User
from stations.domain.commands import CommandKind
from stations.models import Command, Station
from stations.services import commands

# Of each version something every charger has; what it does not have it says so.
_VARIABLES = [
    {"component": "OCPPCommCtrlr", "name": "HeartbeatInterval"},
    {"component": "SampledDataCtrlr", "name": "TxUpdatedInterval"},
    {"component": "SampledDataCtrlr", "name": "MeterValueSampleInterval"},
]
_QUESTIONS: tuple[tuple[CommandKind, dict[str, Any]], ...] = (
    (CommandKind.GET_VARIABLES, {"variables": _VARIABLES}),
    (CommandKind.TRIGGER, {"message": "Heartbeat"}),
)


def run(*, station: Station, by: User) -> list[Command]:
    """Read a part of the station's configuration and trigger a message. Raises NotConnected."""
    return [
        commands.request(station=station, kind=kind, values=values, requested_by=by, queue=False)
        for kind, values in _QUESTIONS
    ]
