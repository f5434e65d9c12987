"""What a charger's answer says, whatever the version, and what may be tried after it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stations.domain.commands import CommandKind as Kind
from stations.domain.commands import CommandState as State


@dataclass(frozen=True, slots=True)
class Told:
    """One status of an answer. `about`: the variable or monitor it is of; `reason`: what the station added."""

    status: str
    about: str = ""
    reason: str = ""


def told(answer: Mapping[str, Any]) -> list[Told]:
    """The statuses of an answer; of one that has a status for each item (SetVariables) all of them, each once."""
    if isinstance(answer.get("status"), str):
        return [Told(answer["status"], reason=_reason(answer.get("statusInfo")))]
    items = [item for value in answer.values() if isinstance(value, list) for item in value if isinstance(item, dict)]
    found = [_item(item, name) for item in items for name in ("attributeStatus", "status") if name in item]
    return list(dict.fromkeys(found))


def _item(item: Mapping[str, Any], name: str) -> Told:
    component, variable = item.get("component"), item.get("variable")
    names = [part["name"] for part in (component, variable) if isinstance(part, dict) and "name" in part]
    info = item.get("attributeStatusInfo") or item.get("statusInfo")
    return Told(str(item[name]), ".".join(names) or str(item.get("id", "")), _reason(info))


def _reason(info: Any) -> str:
    """A StatusInfo (2.x) in one line."""
    if not isinstance(info, dict):
        return ""
    return ": ".join(str(info[name]) for name in ("reasonCode", "additionalInfo") if info.get(name))


@dataclass(frozen=True, slots=True)
class Step:
    """A command that may help after another one."""

    kind: Kind
    values: dict[str, Any]


Make = Callable[[Mapping[str, Any]], Step]


def next_steps(kind: Kind, values: Mapping[str, Any], state: State, statuses: list[str]) -> list[Step]:
    """What to try after a command of this kind and its outcome; the most likely first."""
    outcomes = [*statuses, state.value]
    makers = [make for outcome in outcomes for make in _AFTER.get((kind, outcome), ())]
    if not makers and state in _AGAIN:
        makers = [_again(kind)]
    return list({repr(step): step for step in (make(values) for make in makers)}.values())


# What was not done, or nobody knows.
_AGAIN = frozenset({State.TIMEOUT, State.EXPIRED, State.UNKNOWN, State.NO_EFFECT, State.WITHDRAWN})


def _again(kind: Kind, **other: Any) -> Make:
    return lambda values: Step(kind, {**values, **other})


def _send(kind: Kind, **given: Any) -> Make:
    return lambda values: Step(kind, dict(given))


def _there(kind: Kind, *, names: tuple[str, ...] = ("evse", "connector"), **given: Any) -> Make:
    """A command to the same place."""
    return lambda values: Step(kind, {**given, **{name: values[name] for name in names if name in values}})


def _without(kind: Kind, *names: str) -> Make:
    return lambda values: Step(kind, {name: value for name, value in values.items() if name not in names})


def _read_back(values: Mapping[str, Any]) -> Step:
    """The variables that were to be set, as they are."""
    return Step(
        Kind.GET_VARIABLES,
        {"variables": [{n: v for n, v in item.items() if n != "value"} for item in values["variables"]]},
    )


_STATUS = _there(Kind.TRIGGER, message="StatusNotification")
_STOP = _send(Kind.REMOTE_STOP)
_PROFILES = _send(Kind.GET_CHARGING_PROFILES)
_REPORT = _send(Kind.GET_BASE_REPORT)

_AFTER: dict[tuple[Kind, str], tuple[Make, ...]] = {
    (Kind.RESET, "Rejected"): (_again(Kind.RESET, type="hard"), _STOP),
    (Kind.RESET, "Scheduled"): (_STOP, _again(Kind.RESET, type="hard")),
    (Kind.UNLOCK, "UnlockFailed"): (_again(Kind.UNLOCK), _STOP),
    (Kind.UNLOCK, "OngoingAuthorizedTransaction"): (_STOP,),
    (Kind.UNLOCK, "UnknownConnector"): (_without(Kind.UNLOCK, "connector"),),
    (Kind.CHANGE_AVAILABILITY, "Rejected"): (_STATUS, _again(Kind.CHANGE_AVAILABILITY)),
    (Kind.CHANGE_AVAILABILITY, "Scheduled"): (_STOP,),
    (Kind.REMOTE_START, "Rejected"): (_STATUS, _without(Kind.REMOTE_START, "evse", "connector")),
    (Kind.REMOTE_START, State.NO_EFFECT): (_again(Kind.REMOTE_START), _STATUS),
    (Kind.REMOTE_STOP, "Rejected"): (_there(Kind.GET_TRANSACTION_STATUS, names=("transaction_id",)),),
    (Kind.RESERVE, "Occupied"): (_without(Kind.RESERVE, "evse", "connector"),),
    (Kind.RESERVE, "Faulted"): (_STATUS, _without(Kind.RESERVE, "evse", "connector")),
    (Kind.RESERVE, "Unavailable"): (_there(Kind.CHANGE_AVAILABILITY, operative=True), _STATUS),
    (Kind.SET_VARIABLES, "RebootRequired"): (_send(Kind.RESET, type="soft"),),
    (Kind.SET_VARIABLES, "Rejected"): (_read_back,),
    (Kind.SET_VARIABLES, "NotSupported"): (_REPORT,),
    (Kind.SET_VARIABLES, "UnknownComponent"): (_REPORT,),
    (Kind.SET_VARIABLES, "UnknownVariable"): (_REPORT,),
    (Kind.GET_VARIABLES, "UnknownComponent"): (_REPORT,),
    (Kind.GET_VARIABLES, "UnknownVariable"): (_REPORT,),
    (Kind.SET_VARIABLES, State.TIMEOUT): (_read_back, _again(Kind.SET_VARIABLES)),
    (Kind.SET_VARIABLES, State.UNKNOWN): (_read_back, _again(Kind.SET_VARIABLES)),
    (Kind.GET_BASE_REPORT, "NotSupported"): (_again(Kind.GET_BASE_REPORT, report="configuration"),),
    (Kind.SEND_LOCAL_LIST, "VersionMismatch"): (_send(Kind.SEND_LOCAL_LIST, update="full"),),
    (Kind.SEND_LOCAL_LIST, "Failed"): (
        _send(Kind.GET_LOCAL_LIST_VERSION),
        _send(Kind.SEND_LOCAL_LIST, update="full"),
    ),
    (Kind.SET_CHARGING_PROFILE, "Rejected"): (_PROFILES, _there(Kind.GET_COMPOSITE_SCHEDULE, names=("evse",))),
    (Kind.CLEAR_CHARGING_PROFILE, "Unknown"): (_PROFILES,),
    (Kind.CLEAR_DISPLAY_MESSAGE, "Unknown"): (_send(Kind.GET_DISPLAY_MESSAGES),),
    (Kind.SET_DISPLAY_MESSAGE, "NotSupportedMessageFormat"): (_again(Kind.SET_DISPLAY_MESSAGE, format="ASCII"),),
    (Kind.SET_DISPLAY_MESSAGE, "NotSupportedPriority"): (_without(Kind.SET_DISPLAY_MESSAGE, "priority"),),
    (Kind.SET_DISPLAY_MESSAGE, "NotSupportedState"): (_without(Kind.SET_DISPLAY_MESSAGE, "state"),),
    (Kind.SET_DISPLAY_MESSAGE, "UnknownTransaction"): (_without(Kind.SET_DISPLAY_MESSAGE, "transaction_id"),),
    (Kind.SET_DISPLAY_MESSAGE, "LanguageNotSupported"): (_without(Kind.SET_DISPLAY_MESSAGE, "language"),),
    (Kind.CLEAR_VARIABLE_MONITORING, "NotFound"): (_send(Kind.GET_MONITORING_REPORT),),
    (Kind.DELETE_CERTIFICATE, "NotFound"): (_send(Kind.GET_INSTALLED_CERTIFICATES),),
    (Kind.DELETE_CERTIFICATE, "Failed"): (_send(Kind.GET_INSTALLED_CERTIFICATES),),
    (Kind.GET_LOG, "Rejected"): (_again(Kind.GET_LOG),),
    (Kind.UPDATE_FIRMWARE, "Rejected"): (_send(Kind.TRIGGER, message="FirmwareStatusNotification"),),
}
