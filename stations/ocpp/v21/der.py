"""OCPP 2.1 block R: distributed energy resources, the settings that grid codes ask of a station that feeds in."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import orjson

from stations.domain.commands import CommandKind
from stations.domain.times import parse
from stations.ocpp.router import Context, Payload, Request
from stations.ocpp.v21.routes import ROUTES
from stations.ocpp.v201.smart_charging import report_request
from stations.services import der
from stations.services.der import Alarm, Control, Criteria

# The member that carries a control of a type; all others are curves.
_MEMBERS = {
    "EnterService": "enterService",
    "FreqDroop": "freqDroop",
    "FixedPFAbsorb": "fixedPFAbsorb",
    "FixedPFInject": "fixedPFInject",
    "FixedVar": "fixedVar",
    "Gradients": "gradient",
    "LimitMaxDischarge": "limitMaxDischarge",
}
_TYPES = {member: control_type for control_type, member in _MEMBERS.items()}
# In a report the two fixed power factors share a member of this name.
_REPORTED = {"fixedPFAbsorb": "fixedPF", "fixedPFInject": "fixedPF"}


@ROUTES.encodes(CommandKind.SET_DER_CONTROL)
def set_der_control(request: Request) -> tuple[str, Payload]:
    """R01 to R04."""
    values = request.values
    control_type = values["control_type"]
    return "SetDERControl", {
        "isDefault": values.get("is_default", False),
        "controlId": values.get("control_id") or str(uuid4()),
        "controlType": control_type,
        _MEMBERS.get(control_type, "curve"): values["control"],
    }


@ROUTES.reads("SetDERControl")
def read_set(context: Context, request: Payload, response: Payload) -> None:
    """A control that the station took applies; it may supersede others."""
    control_type = request["controlType"]
    content = request.get(_MEMBERS.get(control_type, "curve"), {})
    control = Control(request["controlId"], control_type, _text(content), request["isDefault"])
    der.answered(
        work=context.work,
        station=context.station,
        control=control,
        accepted=response["status"] == "Accepted",
        superseded=response.get("supersededIds", []),
        at=context.received_at,
    )


def _text(content: Any) -> str:
    return orjson.dumps(content).decode()


def _criteria_payload(request: Request) -> Payload:
    names = {"is_default": "isDefault", "control_type": "controlType", "control_id": "controlId"}
    return {names[name]: value for name, value in request.values.items()}


def _criteria(payload: Payload) -> Criteria:
    return Criteria(payload.get("isDefault"), payload.get("controlType"), payload.get("controlId"))


@ROUTES.encodes(CommandKind.GET_DER_CONTROLS)
def get_der_controls(request: Request) -> tuple[str, Payload]:
    """R01. The requestId is the command's id."""
    return "GetDERControl", {"requestId": request.command.pk} | _criteria_payload(request)


@ROUTES.reads("GetDERControl")
def read_get(context: Context, request: Payload, response: Payload) -> None:
    """A station without such controls says so at once; others report them."""
    if response["status"] == "NotFound":
        der.report_complete(work=context.work, station=context.station, criteria=_criteria(request), request_id=None)


@ROUTES.encodes(CommandKind.CLEAR_DER_CONTROL)
def clear_der_control(request: Request) -> tuple[str, Payload]:
    """R01 to R04."""
    return "ClearDERControl", _criteria_payload(request)


@ROUTES.reads("ClearDERControl")
def read_clear(context: Context, request: Payload, response: Payload) -> None:
    """NotFound: it has none of those meant, so they are gone too."""
    if response["status"] in ("Accepted", "NotFound"):
        der.cleared(work=context.work, station=context.station, criteria=_criteria(request))


@ROUTES.handles("ReportDERControl")
def report_der_control(context: Context, request: Payload) -> Payload:
    """One part of a report; what the last part leaves untold is no longer set."""
    request_id = int(request["requestId"])
    der.reported(
        work=context.work,
        station=context.station,
        controls=_reported(request),
        request_id=request_id,
        at=context.received_at,
    )
    asked = None if request.get("tbc", False) else report_request(context, "GetDERControl", request_id)
    if asked is not None:
        der.report_complete(
            work=context.work, station=context.station, criteria=_criteria(asked), request_id=request_id
        )
    return {}


def _reported(request: Payload) -> Iterator[Control]:
    for member in ("curve", *_TYPES):
        for item in request.get(member, []):
            yield Control(
                control_id=item["id"],
                control_type=item["curveType"] if member == "curve" else _TYPES[member],
                content=_text(item[_REPORTED.get(member, member)]),
                # What enters service and gradients always apply.
                is_default=item.get("isDefault", True),
                is_superseded=item.get("isSuperseded", False),
            )


@ROUTES.handles("NotifyDERStartStop")
def notify_der_start_stop(context: Context, request: Payload) -> Payload:
    """R04: a scheduled control begins or ends."""
    der.started_or_stopped(
        work=context.work,
        station=context.station,
        control_id=request["controlId"],
        started=request["started"],
        superseded=request.get("supersededIds", []),
        at=parse(request["timestamp"]),
    )
    return {}


@ROUTES.handles("NotifyDERAlarm")
def notify_der_alarm(context: Context, request: Payload) -> Payload:
    """R05: a grid event, or its end."""
    alarm = Alarm(
        control_type=request["controlType"],
        fault=request.get("gridEventFault", ""),
        has_ended=request.get("alarmEnded", False),
        at=parse(request["timestamp"]),
        info=request.get("extraInfo", ""),
    )
    der.alarmed(work=context.work, station=context.station, alarm=alarm, received_at=context.received_at)
    return {}
