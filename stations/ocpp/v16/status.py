"""OCPP 1.6 section 4.9 StatusNotification."""

from stations.domain.status import ConnectorStatus
from stations.domain.times import parse
from stations.ocpp.router import Context, Payload
from stations.ocpp.v16.connectors import find
from stations.ocpp.v16.routes import ROUTES
from stations.services import reservations
from stations.services.status import connector_reported, station_reported

STATUS = {
    "Available": ConnectorStatus.AVAILABLE,
    "Preparing": ConnectorStatus.PREPARING,
    "Charging": ConnectorStatus.CHARGING,
    "SuspendedEV": ConnectorStatus.SUSPENDED_EV,
    "SuspendedEVSE": ConnectorStatus.SUSPENDED_EVSE,
    "Finishing": ConnectorStatus.FINISHING,
    "Reserved": ConnectorStatus.RESERVED,
    "Unavailable": ConnectorStatus.UNAVAILABLE,
    "Faulted": ConnectorStatus.FAULTED,
}

# Section 5.13: what was reserved there is no longer. OCPP 2.x tells so itself, by ReservationStatusUpdate.
_LOST = (ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE)


@ROUTES.handles("StatusNotification")
def status_notification(context: Context, request: Payload) -> Payload:
    """A connector's status, or with connectorId 0 that of the station itself."""
    status = STATUS[request["status"]]
    error_code = "" if request["errorCode"] == "NoError" else request["errorCode"]
    at = parse(request["timestamp"]) if request.get("timestamp") else context.received_at
    if request["connectorId"] == 0:
        if status in _LOST and context.station.status != status:
            reservations.place_lost(work=context.work, station=context.station, connector=None)
        station_reported(work=context.work, station=context.station, status=status, at=at, error_code=error_code)
        return {}
    connector = find(context, request["connectorId"])
    if status in _LOST and connector.status != status:
        reservations.place_lost(work=context.work, station=context.station, connector=connector)
    connector_reported(
        work=context.work,
        connector=connector,
        status=status,
        at=at,
        received_at=context.received_at,
        error_code=error_code,
        vendor_error_code=request.get("vendorErrorCode", ""),
        info=request.get("info", ""),
    )
    return {}
