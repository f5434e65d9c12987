"""The body of /stations/{identity}/commands/: one alternative for each kind, out of the table of parameters."""

from datetime import datetime
from typing import Any

from stations.domain.commands import CommandKind
from stations.domain.parameters import PARAMETERS, Parameter

_TYPES: dict[type, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    object: {},
    datetime: {"type": "string", "format": "date-time"},
    bool: {"type": "boolean"},
    list: {"type": "array", "items": {}},
    dict: {"type": "object"},
}
_QUEUE = {"type": "boolean", "description": "Whether to wait for a charger that is not connected; left out: by kind."}


def command_request_schema() -> dict[str, Any]:
    """An OpenAPI schema of all version-neutral commands."""
    return {"oneOf": [_alternative(kind) for kind in PARAMETERS if kind is not CommandKind.CALL]}


def _alternative(kind: CommandKind) -> dict[str, Any]:
    described = _object(PARAMETERS[kind])
    own = {"kind": {"type": "string", "const": kind.value}, **described["properties"], "queue": _QUEUE}
    return described | {"title": kind.value, "properties": own, "required": ["kind", *described["required"]]}


def _object(parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {parameter.name: _property(parameter) for parameter in parameters},
        "required": [parameter.name for parameter in parameters if parameter.required],
        "additionalProperties": False,
    }


def _property(parameter: Parameter) -> dict[str, Any]:
    described = _TYPES[parameter.type] | {"description": parameter.help}
    if parameter.items and parameter.type is list:
        described["items"] = _object(parameter.items)
    elif parameter.items:
        described |= _object(parameter.items)
    return described | ({"enum": list(parameter.choices)} if parameter.choices else {})
