"""OCPP 2.0.1 N01 (logs) and A04 (security events)."""

from collections.abc import Mapping
from typing import Any

from stations.domain.commands import CommandKind as Kind
from stations.domain.logs import WIRE_NAMES, LogKind
from stations.domain.times import parse, render
from stations.ocpp.router import Context, NotExpressible, Payload, Request
from stations.ocpp.v201.places import reason_of
from stations.ocpp.v201.routes import ROUTES
from stations.services import logs, security_events


@ROUTES.encodes(Kind.GET_LOG)
def get_log(request: Request) -> tuple[str, Payload]:
    """N01."""
    values = request.values
    try:
        asked = logs.ask(
            work=request.work, station=request.station, command=request.command, action="GetLog", values=values
        )
    except logs.NoUploadAddress as error:
        raise NotExpressible(str(error)) from error
    return "GetLog", get_log_payload(asked, values)


def get_log_payload(asked: logs.Asked, values: Mapping[str, Any]) -> Payload:
    """GetLog for a request that has its row; as it is also in OCPP 1.6."""
    log: Payload = {"remoteLocation": asked.location}
    if asked.row.oldest:
        log["oldestTimestamp"] = render(asked.row.oldest)
    if asked.row.latest:
        log["latestTimestamp"] = render(asked.row.latest)
    payload: Payload = {"logType": WIRE_NAMES[LogKind(asked.row.log)], "requestId": asked.row.pk, "log": log}
    return payload | retries(values)


def retries(values: Mapping[str, Any]) -> Payload:
    """How often and how soon a transfer is tried again, where the command says so; the same in all versions."""
    names = {"retries": "retries", "retry_interval": "retryInterval"}
    return {names[name]: values[name] for name in names if name in values}


def _asked_by_get_log(request: Payload) -> logs.Request:
    log = request["log"]
    return logs.Request(
        action="GetLog",
        log=logs.log_kind(request["logType"]),
        location=log["remoteLocation"],
        request_id=int(request["requestId"]),
        oldest=log.get("oldestTimestamp"),
        latest=log.get("latestTimestamp"),
    )


@ROUTES.sends("GetLog")
def note_get_log(context: Context, request: Payload) -> None:
    logs.sent(work=context.work, station=context.station, request=_asked_by_get_log(request))


@ROUTES.reads("GetLog")
def read_get_log(context: Context, request: Payload, response: Payload) -> None:
    """N01: what the station will upload, or that it refused."""
    logs.answered(
        work=context.work,
        station=context.station,
        request=_asked_by_get_log(request),
        status=response["status"],
        file_name=response.get("filename", ""),
        detail=reason_of(response.get("statusInfo")),
        failed=response["status"] == "Rejected",
    )


@ROUTES.handles("LogStatusNotification")
def log_status(context: Context, request: Payload) -> Payload:
    """N01: how an upload goes."""
    request_id = request.get("requestId")
    logs.status_told(
        work=context.work,
        station=context.station,
        action="GetLog",
        request_id=None if request_id is None else int(request_id),
        status=request["status"],
        detail=reason_of(request.get("statusInfo")),
    )
    return {}


@ROUTES.handles("SecurityEventNotification")
def security_event(context: Context, request: Payload) -> Payload:
    """A04."""
    security_events.reported(
        work=context.work,
        station=context.station,
        event_type=request["type"],
        at=parse(request["timestamp"]),
        received_at=context.received_at,
        tech_info=request.get("techInfo", ""),
    )
    return {}
