"""OCPP 2.0.1 block G: availability."""

from stations.domain.status import ConnectorStatus
from stations.domain.times import parse
from stations.models import Connector
from stations.ocpp.router import Context, Payload
from stations.ocpp.rpc import Error, Refusal
from stations.ocpp.v201.routes import ROUTES
from stations.services.provisioning import TooManyConnectors, connector_of_evse
from stations.services.status import connector_reported

STATUS = {
    "Available": ConnectorStatus.AVAILABLE,
    "Occupied": ConnectorStatus.OCCUPIED,
    "Reserved": ConnectorStatus.RESERVED,
    "Unavailable": ConnectorStatus.UNAVAILABLE,
    "Faulted": ConnectorStatus.FAULTED,
}


@ROUTES.handles("StatusNotification")
def status_notification(context: Context, request: Payload) -> Payload:
    """G01: a connector's status."""
    connector_reported(
        work=context.work,
        connector=find(context, request["evseId"], request["connectorId"]),
        status=STATUS[request["connectorStatus"]],
        at=parse(request["timestamp"]),
        received_at=context.received_at,
    )
    return {}


def find(context: Context, evse_id: float, connector_id: float) -> Connector:
    """The connector a station speaks of, made if it is new; raises Refusal for one that no station has.

    JSON schema takes 1.0 for an integer, hence the numbers' type.
    """
    if evse_id < 1 or connector_id < 1:
        raise Refusal(Error.PROPERTY, f"EVSE {evse_id}, connector {connector_id} is no connector.")
    try:
        return connector_of_evse(
            work=context.work, station=context.station, evse_number=int(evse_id), number=int(connector_id)
        )
    except TooManyConnectors as error:
        raise Refusal(Error.PROPERTY, str(error)) from error
