"""Version-neutral commands as OCPP 1.6 requests (section 5)."""

from drivers.domain.phrases import english
from stations.domain import limits
from stations.domain.commands import CommandKind as Kind
from stations.ocpp.router import NotExpressible, Payload, Request
from stations.ocpp.v16.connectors import id_asked_for
from stations.ocpp.v16.routes import ROUTES
from stations.ocpp.v16.smart_charging import with_remote_start


def _connector_id(request: Request) -> int | None:
    """The connectorId of the EVSE (and connector) asked for; one we never heard of keeps its number."""
    if "evse" not in request.values:
        return None
    evse, number = request.values["evse"], request.values.get("connector")
    for connector in request.work.connectors[request.station.pk]:
        if connector.evse.number == evse and number in (None, connector.number) and connector.ocpp16_id is not None:
            return connector.ocpp16_id
    return int(evse)


@ROUTES.encodes(Kind.RESET)
def reset(request: Request) -> tuple[str, Payload]:
    if "evse" in request.values:
        raise NotExpressible(english("OCPP 1.6 resets the station as a whole; leave the EVSE out."))
    if request.values["type"] == "resume":
        raise NotExpressible(english("OCPP 1.6 cannot take sessions up again after a reset; use hard."))
    return "Reset", {"type": "Soft" if request.values["type"] == "soft" else "Hard"}


@ROUTES.encodes(Kind.REMOTE_START)
def remote_start(request: Request) -> tuple[str, Payload]:
    if limits.of_parameters(request.values):
        raise NotExpressible(english("OCPP 1.6 knows no limit of a session; a charging profile may do."))
    payload: Payload = {"idTag": request.values["id_token"]}
    if (connector_id := id_asked_for(request)) is not None:
        payload["connectorId"] = connector_id
    return "RemoteStartTransaction", payload | with_remote_start(request)


@ROUTES.encodes(Kind.REMOTE_STOP)
def remote_stop(request: Request) -> tuple[str, Payload]:
    text = request.values["transaction_id"]
    if not text.isdecimal():
        raise NotExpressible(english("A transaction of OCPP 1.6 has a number, not %(text)s.", text=repr(text)))
    return "RemoteStopTransaction", {"transactionId": int(text)}


@ROUTES.encodes(Kind.UNLOCK)
def unlock(request: Request) -> tuple[str, Payload]:
    return "UnlockConnector", {"connectorId": id_asked_for(request)}


@ROUTES.encodes(Kind.CHANGE_AVAILABILITY)
def change_availability(request: Request) -> tuple[str, Payload]:
    kind = "Operative" if request.values["operative"] else "Inoperative"
    return "ChangeAvailability", {"connectorId": id_asked_for(request) or 0, "type": kind}


_EXTENDED = {
    "LogStatusNotification": "LogStatusNotification",
    "SignChargePointCertificate": "SignChargePointCertificate",
    "SignChargingStationCertificate": "SignChargePointCertificate",
    "SignedFirmwareStatusNotification": "FirmwareStatusNotification",
}


@ROUTES.encodes(Kind.TRIGGER)
def trigger(request: Request) -> tuple[str, Payload]:
    message = request.values["message"]
    payload: Payload = {"requestedMessage": _EXTENDED.get(message, message)}
    if (connector_id := id_asked_for(request)) is not None:
        payload["connectorId"] = connector_id
    return "ExtendedTriggerMessage" if message in _EXTENDED else "TriggerMessage", payload


@ROUTES.encodes(Kind.CLEAR_CACHE)
def clear_cache(request: Request) -> tuple[str, Payload]:
    return "ClearCache", {}
