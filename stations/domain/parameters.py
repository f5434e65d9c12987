"""What each version-neutral command takes. One table serves the REST API, the console's forms and the encoders."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from drivers.domain.phrases import Phrase
from stations.domain.access_parameters import ACCESS
from stations.domain.certificate_parameters import CERTIFICATES
from stations.domain.commands import CommandKind as Kind
from stations.domain.device_parameters import DEVICE
from stations.domain.parameter import Parameter
from stations.domain.power_parameters import POWER, REMOTE_START_PROFILE
from stations.domain.times import is_time
from stations.domain.token_parameters import TOKENS

__all__ = ["PARAMETERS", "InvalidParameters", "Parameter", "check"]

_EVSE = Parameter("evse", int, "EVSE number; left out: the station as a whole.")
_CONNECTOR = Parameter("connector", int, "Connector number within the EVSE.")
_RETRIES = (
    Parameter("retries", int, "How often the charger tries again; left out: as it likes."),
    Parameter("retry_interval", int, "Seconds between tries."),
)

# Where energy is to stop flowing, whichever comes first (OCPP 2.1 E16, F07).
LIMITS = (
    Parameter("max_energy_wh", float, "Stop at this energy in Wh (OCPP 2.1)."),
    Parameter("max_cost", float, "Stop at this cost in the station's currency (OCPP 2.1)."),
    Parameter("max_time_s", int, "Stop this many seconds after the session's start (OCPP 2.1)."),
    Parameter("max_soc", int, "Stop at this state of charge in percent (OCPP 2.1)."),
)

PARAMETERS: dict[Kind, tuple[Parameter, ...]] = {
    Kind.CALL: (
        Parameter("action", str, "OCPP action of the protocol in use.", required=True),
        Parameter("payload", dict, "Its payload, as on the wire.", required=True),
    ),
    Kind.RESET: (
        Parameter(
            "type",
            str,
            "soft lets sessions end first, hard ends them, resume takes them up again afterwards (OCPP 2.1).",
            required=True,
            choices=("soft", "hard", "resume"),
        ),
        _EVSE,
    ),
    Kind.REMOTE_START: (
        Parameter("id_token", str, "The token the session is started for.", required=True),
        Parameter("id_token_type", str, "OCPP 2.x type of the token; left out: as known, else Central."),
        _EVSE,
        REMOTE_START_PROFILE,
        *LIMITS,
    ),
    Kind.REMOTE_STOP: (Parameter("transaction_id", str, "As on the wire.", required=True),),
    Kind.UNLOCK: (Parameter("evse", int, "EVSE number.", required=True), _CONNECTOR),
    Kind.CHANGE_AVAILABILITY: (
        Parameter("operative", bool, "Whether it may be used from now on.", required=True),
        _EVSE,
        _CONNECTOR,
    ),
    Kind.TRIGGER: (
        Parameter("message", str, "The message asked for, such as StatusNotification.", required=True),
        _EVSE,
        _CONNECTOR,
        Parameter("custom", str, "Which message of its own a station is to send, with CustomTrigger (OCPP 2.1)."),
    ),
    Kind.GET_TRANSACTION_STATUS: (
        Parameter("transaction_id", str, "As on the wire; left out: whether any message waits in the station."),
    ),
    Kind.CLEAR_CACHE: (),
    Kind.GET_LOG: (
        Parameter("log", str, "Which log.", required=True, choices=("diagnostics", "security", "data_collector")),
        Parameter("oldest", datetime, "Nothing from before this time."),
        Parameter("latest", datetime, "Nothing from after this time."),
        Parameter("url", str, "Where to upload it (ftp, sftp, http, https); left out: to this installation."),
        *_RETRIES,
    ),
    Kind.UPDATE_FIRMWARE: (
        Parameter("url", str, "Where the firmware is.", required=True),
        Parameter("retrieve_at", datetime, "Not to be downloaded before; left out: at once."),
        Parameter("install_at", datetime, "Not to be installed before; left out: once it is downloaded."),
        Parameter("signing_certificate", str, "PEM of the certificate it was signed with."),
        Parameter("signature", str, "Base64 of the firmware's signature."),
        *_RETRIES,
    ),
    Kind.PUBLISH_FIRMWARE: (
        Parameter("url", str, "Where the firmware is.", required=True),
        Parameter("checksum", str, "MD5 of the firmware, 32 hexadecimal digits.", required=True),
        *_RETRIES,
    ),
    Kind.UNPUBLISH_FIRMWARE: (Parameter("checksum", str, "MD5 of the published firmware.", required=True),),
    Kind.DATA_TRANSFER: (
        Parameter("vendor_id", str, "Reverse domain name of the vendor.", required=True),
        Parameter("message_id", str, "The vendor's own message."),
        Parameter("data", str, "Its content."),
    ),
    **ACCESS,
    **CERTIFICATES,
    **DEVICE,
    **POWER,
    **TOKENS,
}


class InvalidParameters(ValueError):
    """`errors` maps a parameter's name to what is wrong with it."""

    def __init__(self, errors: Mapping[str, Phrase]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = dict(errors)


def check(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without those that are None; raises InvalidParameters with one message per parameter at fault."""
    given = {name: value for name, value in values.items() if value is not None}
    known = {parameter.name: parameter for parameter in PARAMETERS[kind]}
    errors = {
        name: Phrase("%(command)s takes no such parameter.", command=kind.value) for name in given if name not in known
    }
    for parameter in known.values():
        if problem := _problem(parameter, given):
            errors[parameter.name] = problem
    if errors:
        raise InvalidParameters(errors)
    return given


def _problem(parameter: Parameter, given: Mapping[str, Any]) -> Phrase | None:
    if parameter.name not in given:
        return Phrase("This is required.") if parameter.required else None
    value = given[parameter.name]
    if not _is_of(parameter.type, value):
        if parameter.type is datetime:
            return Phrase("This must be a time, such as 2027-01-31T12:00:00Z.")
        return Phrase("This must be of type %(name)s.", name=parameter.type.__name__)
    if parameter.choices and value not in parameter.choices:
        return Phrase("This must be one of %(choices)s.", choices=", ".join(parameter.choices))
    if not parameter.items:
        return None
    return _members_problem(parameter.items, value if parameter.type is list else [value])


def _is_of(kind: type, value: Any) -> bool:
    # bool is an int to Python, and "true" is no connector number.
    if isinstance(value, bool):
        return kind in (bool, object)
    if kind is datetime:
        return isinstance(value, str) and is_time(value)
    return isinstance(value, (int, float) if kind is float else kind)


def _members_problem(members: tuple[Parameter, ...], items: list[Any]) -> Phrase | None:
    known = {member.name for member in members}
    for item in items:
        if not isinstance(item, dict):
            return Phrase("Each of these must be an object.")
        if stray := sorted(item.keys() - known):
            return Phrase(
                "There is no %(stray)s in these; they have %(members)s.",
                stray=repr(stray[0]),
                members=", ".join(member.name for member in members),
            )
        for member in members:
            if problem := _problem(member, {name: value for name, value in item.items() if value is not None}):
                return Phrase("%(member)s: %(problem)s", member=member.name, problem=problem)
    return None
