"""Version-neutral commands as OCPP 2.0.1 requests."""

from typing import Any

from stations.domain.commands import CommandKind as Kind
from stations.ocpp.protocol import Encoders, NotExpressible, Request
from stations.ocpp.router import Payload
from stations.services.authorization import known_token

ENCODERS = Encoders()


def _evse(request: Request) -> Payload:
    """{"evse": …} where the command names one, else nothing: the station as a whole."""
    if "evse" not in request.values:
        return {}
    evse: Payload = {"id": request.values["evse"]}
    if "connector" in request.values:
        evse["connectorId"] = request.values["connector"]
    return {"evse": evse}


@ENCODERS.encodes(Kind.RESET)
def reset(request: Request) -> tuple[str, Payload]:
    """B11, B12."""
    payload: Payload = {"type": "OnIdle" if request.values["type"] == "soft" else "Immediate"}
    if "evse" in request.values:
        payload["evseId"] = request.values["evse"]
    return "Reset", payload


@ENCODERS.encodes(Kind.REMOTE_START)
def remote_start(request: Request) -> tuple[str, Payload]:
    """F01, F02. The remoteStartId is the command's id, so that the session finds it again."""
    value = request.values["id_token"]
    known = known_token(station=request.station, id_token=value)
    token_type = request.values.get("id_token_type") or (known.type if known else "Central")
    payload: Payload = {"idToken": {"idToken": value, "type": token_type}, "remoteStartId": request.command.pk}
    if "evse" in request.values:
        payload["evseId"] = request.values["evse"]
    return "RequestStartTransaction", payload


@ENCODERS.encodes(Kind.REMOTE_STOP)
def remote_stop(request: Request) -> tuple[str, Payload]:
    """F03."""
    return "RequestStopTransaction", {"transactionId": request.values["transaction_id"]}


@ENCODERS.encodes(Kind.UNLOCK)
def unlock(request: Request) -> tuple[str, Payload]:
    """F05."""
    return "UnlockConnector", {
        "evseId": request.values["evse"],
        "connectorId": request.values.get("connector", 1),
    }


@ENCODERS.encodes(Kind.CHANGE_AVAILABILITY)
def change_availability(request: Request) -> tuple[str, Payload]:
    """G03, G04."""
    status = "Operative" if request.values["operative"] else "Inoperative"
    return "ChangeAvailability", {"operationalStatus": status} | _evse(request)


def _variable(item: dict[str, Any]) -> Payload:
    """Component and variable of a command's item: {name, component, instance?, evse?}."""
    if "component" not in item:
        raise NotExpressible(f"In OCPP 2.0.1 the variable {item.get('name')!r} needs its component.")
    component: Payload = {"name": item["component"]}
    if "component_instance" in item:
        component["instance"] = item["component_instance"]
    if "evse" in item:
        component["evse"] = {"id": item["evse"]}
    variable: Payload = {"name": item["name"]}
    if "instance" in item:
        variable["instance"] = item["instance"]
    payload: Payload = {"component": component, "variable": variable}
    if "attribute" in item:
        payload["attributeType"] = item["attribute"]
    return payload


@ENCODERS.encodes(Kind.GET_VARIABLES)
def get_variables(request: Request) -> tuple[str, Payload]:
    """B06."""
    return "GetVariables", {"getVariableData": [_variable(item) for item in request.values.get("variables", [])]}


@ENCODERS.encodes(Kind.SET_VARIABLES)
def set_variables(request: Request) -> tuple[str, Payload]:
    """B05."""
    data = [_variable(item) | {"attributeValue": str(item["value"])} for item in request.values["variables"]]
    return "SetVariables", {"setVariableData": data}


_REPORTS = {"full": "FullInventory", "configuration": "ConfigurationInventory", "summary": "SummaryInventory"}


@ENCODERS.encodes(Kind.GET_BASE_REPORT)
def get_base_report(request: Request) -> tuple[str, Payload]:
    """B07."""
    report = _REPORTS[request.values.get("report", "full")]
    return "GetBaseReport", {"requestId": request.command.pk, "reportBase": report}


@ENCODERS.encodes(Kind.TRIGGER)
def trigger(request: Request) -> tuple[str, Payload]:
    """F06."""
    return "TriggerMessage", {"requestedMessage": request.values["message"]} | _evse(request)


@ENCODERS.encodes(Kind.CLEAR_CACHE)
def clear_cache(request: Request) -> tuple[str, Payload]:
    """C11."""
    return "ClearCache", {}


@ENCODERS.encodes(Kind.DATA_TRANSFER)
def data_transfer(request: Request) -> tuple[str, Payload]:
    """P01."""
    names = {"vendor_id": "vendorId", "message_id": "messageId", "data": "data"}
    return "DataTransfer", {names[name]: value for name, value in request.values.items()}
