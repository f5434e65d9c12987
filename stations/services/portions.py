"""Commands that are too much for one CALL: how much of a kind the station takes at once."""

from typing import Any

import orjson

from stations.domain.commands import CommandKind as Kind
from stations.domain.portions import divide
from stations.models import Station, Variable

# Kind → the list that is divided, and the component and instance of ItemsPerMessage and BytesPerMessage that limit it
# (OCPP 2.0.1 B05.FR.11, B06.FR.05, B08, N02, N04.FR.09, N06.FR.04).
_DIVIDED = {
    Kind.GET_VARIABLES: ("variables", "DeviceDataCtrlr", "GetVariables"),
    Kind.SET_VARIABLES: ("variables", "DeviceDataCtrlr", "SetVariables"),
    Kind.GET_REPORT: ("variables", "DeviceDataCtrlr", "GetReport"),
    Kind.GET_MONITORING_REPORT: ("variables", "DeviceDataCtrlr", "GetReport"),
    Kind.SET_VARIABLE_MONITORING: ("monitors", "MonitoringCtrlr", "SetVariableMonitoring"),
    Kind.CLEAR_VARIABLE_MONITORING: ("monitors", "MonitoringCtrlr", "ClearVariableMonitoring"),
}
# What a version's own member names add to an item as it stands in a command, at most; and a frame to its items.
_ITEM_OVERHEAD = 64
_FRAME_OVERHEAD = 96


def portions_of(station: Station, kind: Kind, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The values of a command, divided where the station takes less at once; most are one portion."""
    if kind not in _DIVIDED:
        return [values]
    member, component, instance = _DIVIDED[kind]
    items = values.get(member) or []
    if len(items) < 2:
        return [values]
    max_items, max_bytes = _limits(station, kind, component, instance)
    sizes = [len(orjson.dumps(item)) + _ITEM_OVERHEAD for item in items]
    room = None if max_bytes is None else max_bytes - _FRAME_OVERHEAD
    return [values | {member: portion} for portion in divide(items, sizes, max_items=max_items, max_bytes=room)]


def _limits(station: Station, kind: Kind, component: str, instance: str) -> tuple[int | None, int | None]:
    """How many items and how many bytes; None where the station never told."""
    if station.protocol == "ocpp1.6":
        if kind is Kind.SET_VARIABLES:
            return 1, None
        names = {"GetConfigurationMaxKeys": ""}
    else:
        names = dict.fromkeys(("ItemsPerMessage", "BytesPerMessage"), component)
    rows = Variable.objects.filter(station=station, name__in=names, attribute="Actual", instance__in=("", instance))
    told = {row.name: _number(row.value) for row in rows if row.component == names[row.name]}
    return told.get("ItemsPerMessage", told.get("GetConfigurationMaxKeys")), told.get("BytesPerMessage")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else None
