"""Version-neutral commands as OCPP 2.0.1 requests."""

from drivers.domain.phrases import english
from stations.domain import limits
from stations.domain.commands import CommandKind as Kind
from stations.ocpp.router import NotExpressible, Payload, Request
from stations.ocpp.v201.routes import ROUTES
from stations.ocpp.v201.smart_charging import with_remote_start
from stations.services import reservations
from stations.services.authorization import known_token


def _evse(request: Request) -> Payload:
    """{"evse": …} where the command names one, else nothing: the station as a whole."""
    if "evse" not in request.values:
        return {}
    evse: Payload = {"id": request.values["evse"]}
    if "connector" in request.values:
        evse["connectorId"] = request.values["connector"]
    return {"evse": evse}


@ROUTES.encodes(Kind.RESET)
def reset(request: Request) -> tuple[str, Payload]:
    """B11, B12."""
    if request.values["type"] == "resume":
        raise NotExpressible(english("OCPP 2.0.1 cannot take sessions up again after a reset; use hard."))
    payload: Payload = {"type": "OnIdle" if request.values["type"] == "soft" else "Immediate"}
    if "evse" in request.values:
        payload["evseId"] = request.values["evse"]
    return "Reset", payload


@ROUTES.encodes(Kind.REMOTE_START)
def remote_start(request: Request) -> tuple[str, Payload]:
    """F01, F02. The remoteStartId is the command's id, so that the session finds it again."""
    if limits.of_parameters(request.values):
        raise NotExpressible(english("OCPP 2.0.1 knows no limit of a session; a charging profile may do."))
    return request_start(request)


def request_start(request: Request) -> tuple[str, Payload]:
    """RequestStartTransaction."""
    value = request.values["id_token"]
    known = known_token(station=request.station, id_token=value)
    token_type = request.values.get("id_token_type") or (known.type if known else "Central")
    payload: Payload = {"idToken": {"idToken": value, "type": token_type}, "remoteStartId": request.command.pk}
    if "evse" in request.values:
        payload["evseId"] = request.values["evse"]
    station, group = request.station, known.parent if known else ""
    if group and reservations.group_held(station=station, group_id_token=group, at=request.work.now):
        # It only matters where a place is kept for the group (RequestStartTransactionRequest.groupIdToken).
        payload["groupIdToken"] = {"idToken": group, "type": token_type}
    return "RequestStartTransaction", payload | with_remote_start(request)


@ROUTES.encodes(Kind.REMOTE_STOP)
def remote_stop(request: Request) -> tuple[str, Payload]:
    """F03."""
    return "RequestStopTransaction", {"transactionId": request.values["transaction_id"]}


@ROUTES.encodes(Kind.UNLOCK)
def unlock(request: Request) -> tuple[str, Payload]:
    """F05."""
    return "UnlockConnector", {
        "evseId": request.values["evse"],
        "connectorId": request.values.get("connector", 1),
    }


@ROUTES.encodes(Kind.CHANGE_AVAILABILITY)
def change_availability(request: Request) -> tuple[str, Payload]:
    """G03, G04."""
    status = "Operative" if request.values["operative"] else "Inoperative"
    return "ChangeAvailability", {"operationalStatus": status} | _evse(request)


@ROUTES.encodes(Kind.GET_TRANSACTION_STATUS)
def get_transaction_status(request: Request) -> tuple[str, Payload]:
    """E14."""
    transaction_id = request.values.get("transaction_id")
    return "GetTransactionStatus", {"transactionId": transaction_id} if transaction_id else {}


@ROUTES.encodes(Kind.TRIGGER)
def trigger(request: Request) -> tuple[str, Payload]:
    """F06."""
    payload = {"requestedMessage": request.values["message"]} | _evse(request)
    if request.values["message"] == "StatusNotification" and "evse" in payload:
        # F06.FR.13: a status is a connector's; an EVSE without a connector number has one, or its first is meant.
        payload["evse"].setdefault("connectorId", 1)
    return "TriggerMessage", payload


@ROUTES.encodes(Kind.CLEAR_CACHE)
def clear_cache(request: Request) -> tuple[str, Payload]:
    """C11."""
    return "ClearCache", {}
