"""OCPP 2.0.1 block N: monitors on variables (N02 to N06), and the events they raise (N07, N08)."""

from typing import Any

from stations.domain.commands import CommandKind as Kind
from stations.domain.status import ConnectorStatus
from stations.domain.times import parse
from stations.models import DeviceEvent, Monitor, Report
from stations.ocpp.router import Context, Payload, Request
from stations.ocpp.v201 import availability
from stations.ocpp.v201.places import component_variable, place_of, reason_of, severity, whole
from stations.ocpp.v201.routes import ROUTES
from stations.services import monitoring, reports
from stations.services.provisioning import TooManyConnectors, connector_of_evse
from stations.services.status import connector_reported, station_reported


@ROUTES.encodes(Kind.SET_MONITORING_BASE)
def set_monitoring_base(request: Request) -> tuple[str, Payload]:
    """N03."""
    return "SetMonitoringBase", {"monitoringBase": request.values["base"]}


@ROUTES.encodes(Kind.SET_MONITORING_LEVEL)
def set_monitoring_level(request: Request) -> tuple[str, Payload]:
    """N05."""
    return "SetMonitoringLevel", {"severity": request.values["severity"]}


@ROUTES.encodes(Kind.SET_VARIABLE_MONITORING)
def set_variable_monitoring(request: Request) -> tuple[str, Payload]:
    """N04."""
    return "SetVariableMonitoring", {"setMonitoringData": [_monitor(item) for item in request.values["monitors"]]}


def _monitor(item: dict[str, Any]) -> Payload:
    payload: Payload = {name: item[name] for name in ("id", "transaction") if name in item}
    payload |= {name: item[name] for name in ("value", "type", "severity")}
    if "stream" in item:
        names = {"interval_s": "interval", "values": "values"}
        payload["periodicEventStream"] = {names[name]: value for name, value in item["stream"].items()}
    return payload | component_variable(item)


@ROUTES.encodes(Kind.CLEAR_VARIABLE_MONITORING)
def clear_variable_monitoring(request: Request) -> tuple[str, Payload]:
    """N06."""
    return "ClearVariableMonitoring", {"id": request.values["monitors"]}


@ROUTES.encodes(Kind.GET_MONITORING_REPORT)
def get_monitoring_report(request: Request) -> tuple[str, Payload]:
    """N02."""
    payload: Payload = {"requestId": request.command.pk}
    if request.values.get("criteria"):
        payload["monitoringCriteria"] = request.values["criteria"]
    if request.values.get("variables"):
        payload["componentVariable"] = [component_variable(item) for item in request.values["variables"]]
    return "GetMonitoringReport", payload


@ROUTES.reads("SetMonitoringBase")
def read_monitoring_base(context: Context, request: Payload, response: Payload) -> None:
    """N03: which monitors are left."""
    if response["status"] == "Accepted":
        monitoring.base_set(station=context.station, base=request["monitoringBase"], at=context.received_at)
        context.work.nudge_station(context.station)


@ROUTES.reads("SetMonitoringLevel")
def read_monitoring_level(context: Context, request: Payload, response: Payload) -> None:
    """N05: up to which severity events are told."""
    if response["status"] == "Accepted":
        monitoring.level_set(station=context.station, level=severity(request["severity"]), at=context.received_at)
        context.work.nudge_station(context.station)


@ROUTES.reads("SetVariableMonitoring")
def read_variable_monitoring(context: Context, request: Payload, response: Payload) -> None:
    """N04: keep what the station took, with the numbers it gave. Results may come in any order."""
    asked: dict[tuple[Any, ...], list[Payload]] = {}
    for item in request["setMonitoringData"]:
        asked.setdefault(_sort_of(item), []).append(item)
    monitors = []
    for result in response["setMonitoringResult"]:
        waiting = asked.get(_sort_of(result), [])
        item = waiting.pop(0) if waiting else None
        if item is not None and result["status"] == "Accepted" and "id" in result:
            monitors.append(_row(context, item, item | {"id": result["id"]}))
    monitoring.monitors_told(station=context.station, monitors=monitors)
    context.work.nudge_station(context.station)


def _sort_of(item: Payload) -> tuple[Any, ...]:
    return (*place_of(item).values(), item["type"], item["severity"])


def _row(context: Context, place: Payload, told: Payload) -> Monitor:
    stream = told.get("periodicEventStream", {})
    return Monitor(
        **place_of(place),
        number=int(told["id"]),
        type=told["type"],
        value=told["value"],
        severity=severity(told["severity"]),
        in_transaction=told.get("transaction", False),
        notification_type=told.get("eventNotificationType", "CustomMonitor" if "component" in told else ""),
        stream_interval_s=whole(stream.get("interval")),
        stream_values=whole(stream.get("values")),
        reported_at=context.received_at,
    )


@ROUTES.reads("ClearVariableMonitoring")
def read_clear_monitoring(context: Context, request: Payload, response: Payload) -> None:
    """N06: what was cleared, or was not there, is gone."""
    results = response["clearMonitoringResult"]
    gone = [int(result["id"]) for result in results if result["status"] in ("Accepted", "NotFound")]
    monitoring.monitors_gone(station=context.station, numbers=gone)
    context.work.nudge_station(context.station)


@ROUTES.reads("GetMonitoringReport")
def read_monitoring_report(context: Context, request: Payload, response: Payload) -> None:
    """N02: whether the station will report."""
    narrowed = "monitoringCriteria" in request or "componentVariable" in request
    reports.asked(
        work=context.work,
        station=context.station,
        kind=Report.Kind.SOME_MONITORS if narrowed else Report.Kind.MONITORING,
        request_id=request["requestId"],
        action="GetMonitoringReport",
        status=response["status"],
        reason=reason_of(response.get("statusInfo")),
        at=context.received_at,
    )
    if response["status"] == "EmptyResultSet" and not narrowed:
        monitoring.all_monitors_told(station=context.station, since=context.received_at)


@ROUTES.handles("NotifyMonitoringReport")
def notify_monitoring_report(context: Context, request: Payload) -> Payload:
    """N02: one part of a report."""
    monitors = [_row(context, data, told) for data in request.get("monitor", []) for told in data["variableMonitoring"]]
    monitoring.monitors_told(station=context.station, monitors=monitors)
    report = reports.part_came(
        work=context.work,
        station=context.station,
        kinds=[Report.Kind.SOME_MONITORS, Report.Kind.MONITORING],
        request_id=request["requestId"],
        number=request["seqNo"],
        more_follow=request.get("tbc", False),
        at=context.received_at,
        generated_at=parse(request["generatedAt"]),
    )
    if report.is_complete and report.kind == Report.Kind.MONITORING:
        monitoring.all_monitors_told(station=context.station, since=report.asked_at)
    return {}


@ROUTES.handles("NotifyEvent")
def notify_event(context: Context, request: Payload) -> Payload:
    """N07, N08: what happened in the station."""
    events = [_event(context, data) for data in request["eventData"]]
    for event in monitoring.events_came(work=context.work, station=context.station, events=events):
        if event.name == "AvailabilityState" and event.trigger == "Delta":
            _tell_status(context, event)
    return {}


def _event(context: Context, data: Payload) -> DeviceEvent:
    return DeviceEvent(
        **place_of(data),
        number=int(data["eventId"]),
        at=parse(data["timestamp"]),
        received_at=context.received_at,
        trigger=data["trigger"],
        notification_type=data["eventNotificationType"],
        actual_value=data["actualValue"],
        severity=severity(data["severity"]) if "severity" in data else None,
        cleared=data.get("cleared", False),
        cause=data.get("cause"),
        monitor_number=data.get("variableMonitoringId"),
        transaction_id=data.get("transactionId", ""),
        tech_code=data.get("techCode", ""),
        tech_info=data.get("techInfo", ""),
    )


def _tell_status(context: Context, event: DeviceEvent) -> None:
    """G01: a station may tell a connector's status by an event instead of a StatusNotification."""
    status: ConnectorStatus | None = availability.STATUS.get(event.actual_value)
    if status is None:
        return
    work, station = context.work, context.station
    if event.component == "ChargingStation":
        station_reported(work=work, station=station, status=status, at=event.at)
    if event.component != "Connector" or not (event.evse_number and event.connector_number):
        return
    try:
        connector = connector_of_evse(
            work=work, station=station, evse_number=event.evse_number, number=event.connector_number
        )
    except TooManyConnectors:
        return
    connector_reported(work=work, connector=connector, status=status, at=event.at, received_at=context.received_at)
