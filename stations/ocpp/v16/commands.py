"""Version-neutral commands as OCPP 1.6 requests (section 5)."""

from stations.domain.commands import CommandKind as Kind
from stations.ocpp.protocol import Encoders, NotExpressible, Request
from stations.ocpp.router import Payload

ENCODERS = Encoders()


def _connector_id(request: Request) -> int | None:
    """The connectorId of the EVSE (and connector) asked for; one we never heard of keeps its number."""
    if "evse" not in request.values:
        return None
    evse, number = request.values["evse"], request.values.get("connector")
    for connector in request.work.connectors[request.station.pk]:
        if connector.evse.number == evse and number in (None, connector.number) and connector.ocpp16_id is not None:
            return connector.ocpp16_id
    return int(evse)


@ENCODERS.encodes(Kind.RESET)
def reset(request: Request) -> tuple[str, Payload]:
    if "evse" in request.values:
        raise NotExpressible("OCPP 1.6 resets the station as a whole; leave the EVSE out.")
    return "Reset", {"type": "Soft" if request.values["type"] == "soft" else "Hard"}


@ENCODERS.encodes(Kind.REMOTE_START)
def remote_start(request: Request) -> tuple[str, Payload]:
    payload: Payload = {"idTag": request.values["id_token"]}
    if (connector_id := _connector_id(request)) is not None:
        payload["connectorId"] = connector_id
    return "RemoteStartTransaction", payload


@ENCODERS.encodes(Kind.REMOTE_STOP)
def remote_stop(request: Request) -> tuple[str, Payload]:
    text = request.values["transaction_id"]
    if not text.isdecimal():
        raise NotExpressible(f"A transaction of OCPP 1.6 has a number, not {text!r}.")
    return "RemoteStopTransaction", {"transactionId": int(text)}


@ENCODERS.encodes(Kind.UNLOCK)
def unlock(request: Request) -> tuple[str, Payload]:
    return "UnlockConnector", {"connectorId": _connector_id(request)}


@ENCODERS.encodes(Kind.CHANGE_AVAILABILITY)
def change_availability(request: Request) -> tuple[str, Payload]:
    kind = "Operative" if request.values["operative"] else "Inoperative"
    return "ChangeAvailability", {"connectorId": _connector_id(request) or 0, "type": kind}


@ENCODERS.encodes(Kind.GET_VARIABLES)
def get_variables(request: Request) -> tuple[str, Payload]:
    names = [variable["name"] for variable in request.values.get("variables", [])]
    return "GetConfiguration", {"key": names} if names else {}


@ENCODERS.encodes(Kind.GET_BASE_REPORT)
def get_base_report(request: Request) -> tuple[str, Payload]:
    return "GetConfiguration", {}


@ENCODERS.encodes(Kind.SET_VARIABLES)
def set_variables(request: Request) -> tuple[str, Payload]:
    if len(request.values["variables"]) != 1:
        raise NotExpressible("OCPP 1.6 changes one configuration key at a time.")
    variable = request.values["variables"][0]
    return "ChangeConfiguration", {"key": variable["name"], "value": str(variable["value"])}


@ENCODERS.encodes(Kind.TRIGGER)
def trigger(request: Request) -> tuple[str, Payload]:
    payload: Payload = {"requestedMessage": request.values["message"]}
    if (connector_id := _connector_id(request)) is not None:
        payload["connectorId"] = connector_id
    return "TriggerMessage", payload


@ENCODERS.encodes(Kind.CLEAR_CACHE)
def clear_cache(request: Request) -> tuple[str, Payload]:
    return "ClearCache", {}


@ENCODERS.encodes(Kind.DATA_TRANSFER)
def data_transfer(request: Request) -> tuple[str, Payload]:
    names = {"vendor_id": "vendorId", "message_id": "messageId", "data": "data"}
    return "DataTransfer", {names[name]: value for name, value in request.values.items()}
