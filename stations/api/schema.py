"""The body of /stations/{identity}/commands/: one alternative for each kind, out of the table of parameters."""

from typing import Any

from stations.domain.commands import CommandKind
from stations.domain.parameters import PARAMETERS, Parameter

_TYPES: dict[type, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    list: {"type": "array", "items": {"type": "object"}},
    dict: {"type": "object"},
}
_QUEUE = {"type": "boolean", "description": "Whether to wait for a charger that is not connected; left out: by kind."}


def command_request_schema() -> dict[str, Any]:
    """An OpenAPI schema of all version-neutral commands."""
    return {"oneOf": [_alternative(kind) for kind in PARAMETERS if kind is not CommandKind.CALL]}


def _alternative(kind: CommandKind) -> dict[str, Any]:
    own = {parameter.name: _property(parameter) for parameter in PARAMETERS[kind]}
    return {
        "type": "object",
        "title": kind.value,
        "properties": {"kind": {"type": "string", "const": kind.value}, **own, "queue": _QUEUE},
        "required": ["kind", *(parameter.name for parameter in PARAMETERS[kind] if parameter.required)],
        "additionalProperties": False,
    }


def _property(parameter: Parameter) -> dict[str, Any]:
    described = _TYPES[parameter.type] | {"description": parameter.help}
    return described | ({"enum": list(parameter.choices)} if parameter.choices else {})
