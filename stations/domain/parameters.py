"""What each version-neutral command takes. One table serves the REST API, the console's forms and the encoders."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stations.domain.commands import CommandKind as Kind


@dataclass(frozen=True, slots=True)
class Parameter:
    """`type` is str, int, bool, list or dict; `choices` narrows a str."""

    name: str
    type: type
    help: str
    required: bool = False
    choices: tuple[str, ...] = ()


_EVSE = Parameter("evse", int, "EVSE number; left out: the station as a whole.")
_CONNECTOR = Parameter("connector", int, "Connector number within the EVSE.")
_VARIABLES = Parameter(
    "variables",
    list,
    "Objects with name, and for OCPP 2.x component, instance, evse; to set: value.",
    required=True,
)

PARAMETERS: dict[Kind, tuple[Parameter, ...]] = {
    Kind.CALL: (
        Parameter("action", str, "OCPP action of the protocol in use.", required=True),
        Parameter("payload", dict, "Its payload, as on the wire.", required=True),
    ),
    Kind.RESET: (
        Parameter("type", str, "soft lets sessions end first.", required=True, choices=("soft", "hard")),
        _EVSE,
    ),
    Kind.REMOTE_START: (
        Parameter("id_token", str, "The token the session is started for.", required=True),
        Parameter("id_token_type", str, "OCPP 2.0.1 type of the token; left out: as known, else Central."),
        _EVSE,
    ),
    Kind.REMOTE_STOP: (Parameter("transaction_id", str, "As on the wire.", required=True),),
    Kind.UNLOCK: (Parameter("evse", int, "EVSE number.", required=True), _CONNECTOR),
    Kind.CHANGE_AVAILABILITY: (
        Parameter("operative", bool, "Whether it may be used from now on.", required=True),
        _EVSE,
        _CONNECTOR,
    ),
    Kind.GET_VARIABLES: (
        Parameter("variables", list, "Objects with name, and for OCPP 2.x component; empty on 1.6: all keys."),
    ),
    Kind.SET_VARIABLES: (_VARIABLES,),
    Kind.GET_BASE_REPORT: (
        Parameter("report", str, "Which report (2.x).", choices=("full", "configuration", "summary")),
    ),
    Kind.TRIGGER: (
        Parameter("message", str, "The message asked for, such as StatusNotification.", required=True),
        _EVSE,
        _CONNECTOR,
    ),
    Kind.CLEAR_CACHE: (),
    Kind.DATA_TRANSFER: (
        Parameter("vendor_id", str, "Reverse domain name of the vendor.", required=True),
        Parameter("message_id", str, "The vendor's own message."),
        Parameter("data", str, "Its content."),
    ),
}


class InvalidParameters(ValueError):
    """`errors` maps a parameter's name to what is wrong with it."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = dict(errors)


def check(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without those that are None; raises InvalidParameters with one message per parameter at fault."""
    given = {name: value for name, value in values.items() if value is not None}
    known = {parameter.name: parameter for parameter in PARAMETERS[kind]}
    errors = {name: f"{kind.value} takes no such parameter." for name in given if name not in known}
    for parameter in known.values():
        if problem := _problem(parameter, given):
            errors[parameter.name] = problem
    if errors:
        raise InvalidParameters(errors)
    return given


def _problem(parameter: Parameter, given: Mapping[str, Any]) -> str:
    if parameter.name not in given:
        return "This is required." if parameter.required else ""
    value = given[parameter.name]
    # bool is an int to Python, and "true" is no connector number.
    if not isinstance(value, parameter.type) or (isinstance(value, bool) and parameter.type is int):
        return f"This must be of type {parameter.type.__name__}."
    if parameter.name == "variables" and not all(map(_is_variable, given["variables"])):
        return "Each variable is an object with a name."
    if parameter.choices and value not in parameter.choices:
        return f"This must be one of {', '.join(parameter.choices)}."
    return ""


def _is_variable(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("name"), str)
