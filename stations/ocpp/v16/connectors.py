"""Connectors as OCPP 1.6 counts them."""

from stations.models import Connector
from stations.ocpp.router import Context
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
