"""OCPP 2.0.1 block O: messages on the station's display."""

from collections.abc import Mapping
from typing import Any

from drivers.domain.phrases import english
from stations.domain.commands import CommandKind as Kind
from stations.domain.times import parse, render
from stations.models import DisplayMessage, Report
from stations.ocpp.router import Context, NotExpressible, Payload, Request
from stations.ocpp.v201.places import component_of, number, reason_of
from stations.ocpp.v201.routes import ROUTES
from stations.services import display_messages, reports


@ROUTES.encodes(Kind.SET_DISPLAY_MESSAGE)
def set_display_message(request: Request) -> tuple[str, Payload]:
    """O01, O02, O06."""
    if request.values.get("extras"):
        raise NotExpressible(english("OCPP 2.0.1 carries a message in one language and format; only 2.1 takes extras."))
    return "SetDisplayMessage", {"message": message_info(request)}


def message_info(request: Request) -> Payload:
    """MessageInfo of a command; a message without a number gets a new one."""
    values = request.values
    info: Payload = {
        "id": values["id"] if "id" in values else _new_number(request),
        "priority": values.get("priority", "NormalCycle"),
        "message": content(values),
    }
    if "state" in values:
        info["state"] = values["state"]
    if "starts_at" in values:
        info["startDateTime"] = render(parse(values["starts_at"]))
    if "ends_at" in values:
        info["endDateTime"] = render(parse(values["ends_at"]))
    if "transaction_id" in values:
        info["transactionId"] = values["transaction_id"]
    if "component" in values:
        info["display"] = component_of(values)
    return info


def _new_number(request: Request) -> int:
    return display_messages.new_number(station=request.station, at=request.work.now)


def content(values: Mapping[str, Any]) -> Payload:
    """MessageContent."""
    told: Payload = {"format": values.get("format", "UTF8"), "content": values["content"]}
    return told | ({"language": values["language"]} if "language" in values else {})


@ROUTES.encodes(Kind.GET_DISPLAY_MESSAGES)
def get_display_messages(request: Request) -> tuple[str, Payload]:
    """O03, O04."""
    payload: Payload = {"requestId": request.command.pk}
    if request.values.get("ids"):
        payload["id"] = request.values["ids"]
    payload |= {name: request.values[name] for name in ("priority", "state") if name in request.values}
    return "GetDisplayMessages", payload


@ROUTES.encodes(Kind.CLEAR_DISPLAY_MESSAGE)
def clear_display_message(request: Request) -> tuple[str, Payload]:
    """O05."""
    return "ClearDisplayMessage", {"id": request.values["id"]}


@ROUTES.reads("SetDisplayMessage")
def read_set_display_message(context: Context, request: Payload, response: Payload) -> None:
    """O01, O02, O06: what became of a message."""
    display_messages.answered(
        work=context.work,
        station=context.station,
        message=_row(request["message"]),
        status=response["status"],
        reason=reason_of(response.get("statusInfo")),
        at=context.received_at,
    )


def _row(info: Payload) -> DisplayMessage:
    message, display = info["message"], info.get("display", {})
    return DisplayMessage(
        number=int(info["id"]),
        priority=info["priority"],
        shown_while=info.get("state", ""),
        starts_at=parse(info["startDateTime"]) if "startDateTime" in info else None,
        ends_at=parse(info["endDateTime"]) if "endDateTime" in info else None,
        transaction_id=info.get("transactionId", ""),
        component=display.get("name", ""),
        component_instance=display.get("instance", ""),
        evse_number=number(display.get("evse", {}).get("id")),
        format=message["format"],
        language=message.get("language", ""),
        content=message["content"],
        extras=info.get("messageExtra", []),
    )


@ROUTES.reads("GetDisplayMessages")
def read_get_display_messages(context: Context, request: Payload, response: Payload) -> None:
    """O03, O04: whether messages will be told. Unknown: there are none such."""
    narrowed = any(name in request for name in ("id", "priority", "state"))
    reports.asked(
        work=context.work,
        station=context.station,
        kind=Report.Kind.SOME_DISPLAY if narrowed else Report.Kind.DISPLAY,
        request_id=request["requestId"],
        action="GetDisplayMessages",
        status="EmptyResultSet" if response["status"] == "Unknown" else response["status"],
        reason=reason_of(response.get("statusInfo")),
        at=context.received_at,
    )
    if response["status"] != "Unknown":
        return
    if not narrowed:
        display_messages.all_told(station=context.station, since=context.received_at)
    elif set(request) == {"requestId", "id"}:
        numbers = [int(one) for one in request["id"]]
        display_messages.removed(work=context.work, station=context.station, numbers=numbers, at=context.received_at)


@ROUTES.handles("NotifyDisplayMessages")
def notify_display_messages(context: Context, request: Payload) -> Payload:
    """O03, O04: one part of the messages a station has. They are not numbered."""
    messages = [_row(info) for info in request.get("messageInfo", [])]
    display_messages.told(station=context.station, messages=messages, at=context.received_at)
    report = reports.part_came(
        work=context.work,
        station=context.station,
        kinds=[Report.Kind.SOME_DISPLAY, Report.Kind.DISPLAY],
        request_id=request["requestId"],
        number=None,
        more_follow=request.get("tbc", False),
        at=context.received_at,
    )
    if report.is_complete and report.kind == Report.Kind.DISPLAY:
        display_messages.all_told(station=context.station, since=report.asked_at)
    return {}


@ROUTES.reads("ClearDisplayMessage")
def read_clear_display_message(context: Context, request: Payload, response: Payload) -> None:
    """O05: a message that was cleared, or was not there, is gone."""
    display_messages.removed(
        work=context.work, station=context.station, numbers=[int(request["id"])], at=context.received_at
    )
