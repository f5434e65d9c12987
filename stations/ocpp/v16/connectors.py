"""Connectors as OCPP 1.6 counts them."""

from stations.models import Connector
from stations.ocpp.router import Context, Request
from stations.ocpp.rpc import Error, Refusal
from stations.services.provisioning import TooManyConnectors, connector_by_ocpp16_id


def find(context: Context, connector_id: int) -> Connector:
    """The connector a charger speaks of, made if it is new; raises Refusal for one that no station has."""
    if connector_id < 1:
        raise Refusal(Error.PROPERTY, f"connectorId {connector_id} is no connector.")
    try:
        return connector_by_ocpp16_id(work=context.work, station=context.station, ocpp16_id=connector_id)
    except TooManyConnectors as error:
        raise Refusal(Error.PROPERTY, str(error)) from error


def known(context: Context, connector_id: int) -> Connector | None:
    """The connector of this number, if there is one: nothing is made of what a CALL of ours names."""
    connectors = context.work.connectors[context.station.pk]
    return next((connector for connector in connectors if connector.ocpp16_id == connector_id), None)


def id_asked_for(request: Request) -> int | None:
    """The connectorId of the EVSE (and connector) a command names; one we never heard of keeps its number."""
    if "evse" not in request.values:
        return None
    evse, number = request.values["evse"], request.values.get("connector")
    for connector in request.work.connectors[request.station.pk]:
        if connector.evse.number == evse and number in (None, connector.number) and connector.ocpp16_id is not None:
            return connector.ocpp16_id
    return int(evse)
