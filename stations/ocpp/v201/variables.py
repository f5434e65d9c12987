"""OCPP 2.0.1 block B: the device model. Reports (B07, B08) and variables (B05, B06)."""

from typing import Any

from stations.domain.commands import CommandKind as Kind
from stations.domain.configuration import text_of
from stations.domain.times import parse
from stations.models import Report
from stations.ocpp.router import Context, Payload, Request
from stations.ocpp.v201 import security
from stations.ocpp.v201.places import component_variable, key_of, place_of, reason_of, whole
from stations.ocpp.v201.routes import ROUTES
from stations.services import reports
from stations.services.variables import Reported, Result, all_told, changed, configuration_told, not_told, reported

_BASES = {
    "full": ("FullInventory", Report.Kind.FULL),
    "configuration": ("ConfigurationInventory", Report.Kind.CONFIGURATION),
    "summary": ("SummaryInventory", Report.Kind.SUMMARY),
}
_KINDS = dict(_BASES.values())


@ROUTES.encodes(Kind.GET_BASE_REPORT)
def get_base_report(request: Request) -> tuple[str, Payload]:
    """B07."""
    base, _ = _BASES[request.values.get("report", "full")]
    return "GetBaseReport", {"requestId": request.command.pk, "reportBase": base}


@ROUTES.encodes(Kind.GET_REPORT)
def get_report(request: Request) -> tuple[str, Payload]:
    """B08."""
    payload: Payload = {"requestId": request.command.pk}
    if request.values.get("criteria"):
        payload["componentCriteria"] = request.values["criteria"]
    if request.values.get("variables"):
        payload["componentVariable"] = [component_variable(item) for item in request.values["variables"]]
    return "GetReport", payload


@ROUTES.reads("GetBaseReport")
def read_base_report(context: Context, request: Payload, response: Payload) -> None:
    """B07: whether the station will report."""
    _note_report(context, "GetBaseReport", _KINDS[request["reportBase"]], request, response)


@ROUTES.reads("GetReport")
def read_report(context: Context, request: Payload, response: Payload) -> None:
    """B08: whether the station will report."""
    _note_report(context, "GetReport", Report.Kind.CUSTOM, request, response)


def _note_report(context: Context, action: str, kind: str, request: Payload, response: Payload) -> None:
    reports.asked(
        work=context.work,
        station=context.station,
        kind=kind,
        request_id=request["requestId"],
        action=action,
        status=response["status"],
        reason=reason_of(response.get("statusInfo")),
        at=context.received_at,
    )


@ROUTES.handles("NotifyReport")
def notify_report(context: Context, request: Payload) -> Payload:
    """B07, B08: one part of a report; parts are stored as they come, in any order."""
    told = [variable for data in request.get("reportData", []) for variable in _from_report(data)]
    reported(station=context.station, variables=told, at=context.received_at)
    report = reports.part_came(
        work=context.work,
        station=context.station,
        kinds=[Report.Kind.CUSTOM, *_KINDS.values()],
        request_id=request["requestId"],
        number=request["seqNo"],
        more_follow=request.get("tbc", False),
        at=context.received_at,
        generated_at=parse(request["generatedAt"]),
    )
    if report.is_complete and report.kind == Report.Kind.FULL:
        all_told(station=context.station, since=report.asked_at)
    if report.is_complete:
        configuration_told(work=context.work, station=context.station)
    return {}


def _from_report(data: Payload) -> list[Reported]:
    characteristics = data.get("variableCharacteristics", {})
    return [
        Reported(
            **place_of(data),
            attribute=attribute.get("type", "Actual"),
            value=attribute.get("value", ""),
            mutability=attribute.get("mutability", "ReadWrite"),
            persistent=attribute.get("persistent", False),
            constant=attribute.get("constant", False),
            data_type=characteristics.get("dataType"),
            unit=characteristics.get("unit"),
            min_limit=characteristics.get("minLimit"),
            max_limit=characteristics.get("maxLimit"),
            max_elements=whole(characteristics.get("maxElements")),
            values_list=characteristics.get("valuesList"),
            supports_monitoring=characteristics.get("supportsMonitoring"),
        )
        for attribute in data["variableAttribute"]
    ]


def _item(item: dict[str, Any]) -> Payload:
    payload = component_variable(item)
    if "attribute" in item:
        payload["attributeType"] = item["attribute"]
    return payload


@ROUTES.encodes(Kind.GET_VARIABLES)
def get_variables(request: Request) -> tuple[str, Payload]:
    """B06."""
    return "GetVariables", {"getVariableData": [_item(item) for item in request.values.get("variables", [])]}


@ROUTES.encodes(Kind.SET_VARIABLES)
def set_variables(request: Request) -> tuple[str, Payload]:
    """B05."""
    data = [_item(item) | {"attributeValue": text_of(item["value"])} for item in request.values["variables"]]
    return "SetVariables", {"setVariableData": data}


@ROUTES.reads("GetVariables")
def read_variables(context: Context, request: Payload, response: Payload) -> None:
    """B06: keep the values a station told, and which it did not tell."""
    results = response["getVariableResult"]
    told = [
        Reported(**key_of(item)._asdict(), value=item.get("attributeValue", ""))
        for item in results
        if item["attributeStatus"] == "Accepted"
    ]
    refused = [
        Result(key_of(item), item["attributeStatus"], reason_of(item.get("attributeStatusInfo")))
        for item in results
        if item["attributeStatus"] != "Accepted"
    ]
    reported(station=context.station, variables=told, at=context.received_at)
    not_told(station=context.station, results=refused, at=context.received_at)
    configuration_told(work=context.work, station=context.station)
    security.variables_told(context, response)


@ROUTES.reads("SetVariables")
def read_set_variables(context: Context, request: Payload, response: Payload) -> None:
    """B05: what became of each variable. Results may come in any order."""
    values = {key_of(item): item["attributeValue"] for item in request["setVariableData"]}
    results = [
        Result(key, item["attributeStatus"], reason_of(item.get("attributeStatusInfo")), values[key])
        for item in response["setVariableResult"]
        if (key := key_of(item)) in values
    ]
    changed(station=context.station, results=results, at=context.received_at)
    security.variables_set(context, request, response)
    context.work.nudge_station(context.station)
