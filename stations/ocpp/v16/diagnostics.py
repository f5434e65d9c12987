"""OCPP 1.6 sections 4.4 and 5.9 (diagnostics), and of the security white paper N01 (logs) and A04 (security events)."""

from typing import Any

from drivers.domain.phrases import english
from stations.domain.commands import CommandKind as Kind
from stations.domain.logs import LogKind
from stations.domain.times import render
from stations.models import Command
from stations.ocpp.router import Context, NotExpressible, Payload, Request
from stations.ocpp.v16.routes import ROUTES
from stations.ocpp.v201.diagnostics import (
    get_log_payload,
    log_status,
    note_get_log,
    read_get_log,
    retries,
    security_event,
)
from stations.services import logs


@ROUTES.encodes(Kind.GET_LOG)
def get_log(request: Request) -> tuple[str, Payload]:
    """GetDiagnostics, which every charger with firmware management knows; GetLog for what only that can ask for.

    A charger that answered its last GetDiagnostics with NotImplemented or NotSupported is asked by GetLog as well.
    """
    if request.values["log"] == LogKind.DATA_COLLECTOR:
        raise NotExpressible(english("OCPP 1.6 knows no data collector's log."))
    by_get_log = request.values["log"] == LogKind.SECURITY or _refuses_get_diagnostics(request)
    action = "GetLog" if by_get_log else "GetDiagnostics"
    try:
        asked = logs.ask(
            work=request.work, station=request.station, command=request.command, action=action, values=request.values
        )
    except logs.NoUploadAddress as error:
        raise NotExpressible(str(error)) from error
    return action, (get_log_payload if by_get_log else _get_diagnostics)(asked, request.values)


def _refuses_get_diagnostics(request: Request) -> bool:
    answered = Command.objects.filter(station=request.station, action="GetDiagnostics", finished_at__isnull=False)
    last = answered.order_by("-id").values_list("error_code", flat=True).first()
    return last in ("NotImplemented", "NotSupported")


def _get_diagnostics(asked: logs.Asked, values: Any) -> Payload:
    payload: Payload = {"location": asked.location}
    if asked.row.oldest:
        payload["startTime"] = render(asked.row.oldest)
    if asked.row.latest:
        payload["stopTime"] = render(asked.row.latest)
    return payload | retries(values)


def _asked_by_get_diagnostics(request: Payload) -> logs.Request:
    return logs.Request(
        action="GetDiagnostics",
        log=LogKind.DIAGNOSTICS,
        location=request["location"],
        oldest=request.get("startTime"),
        latest=request.get("stopTime"),
    )


@ROUTES.sends("GetDiagnostics")
def note_get_diagnostics(context: Context, request: Payload) -> None:
    logs.sent(work=context.work, station=context.station, request=_asked_by_get_diagnostics(request))


@ROUTES.reads("GetDiagnostics")
def read_get_diagnostics(context: Context, request: Payload, response: Payload) -> None:
    """An answer without a file name says that there are no diagnostics (section 5.9)."""
    name = response.get("fileName", "")
    logs.answered(
        work=context.work,
        station=context.station,
        request=_asked_by_get_diagnostics(request),
        status="",
        file_name=name,
        detail="" if name else english("The charger has no diagnostics."),
        failed=not name,
    )


@ROUTES.handles("DiagnosticsStatusNotification")
def diagnostics_status(context: Context, request: Payload) -> Payload:
    """Section 4.4: how the upload that GetDiagnostics asked for goes. It names no request."""
    logs.status_told(
        work=context.work,
        station=context.station,
        action="GetDiagnostics",
        request_id=None,
        status=request["status"],
    )
    return {}


# The white paper has these messages from OCPP 2.0.1 as they are.
ROUTES.sends("GetLog")(note_get_log)
ROUTES.reads("GetLog")(read_get_log)
ROUTES.handles("LogStatusNotification")(log_status)
ROUTES.handles("SecurityEventNotification")(security_event)
