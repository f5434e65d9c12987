"""OCPP 1.6 sections 4.2 BootNotification, 4.3 DataTransfer, 4.6 Heartbeat."""

from stations.domain.times import render
from stations.ocpp.router import Context, Payload
from stations.ocpp.v16.routes import ROUTES
from stations.services.provisioning import Nameplate, boot


@ROUTES.handles("BootNotification")
def boot_notification(context: Context, request: Payload) -> Payload:
    """Who the charger is; answered with its registration status, our time and the heartbeat interval."""
    nameplate = Nameplate(
        vendor=request["chargePointVendor"],
        model=request["chargePointModel"],
        serial_number=request.get("chargePointSerialNumber") or request.get("chargeBoxSerialNumber", ""),
        firmware_version=request.get("firmwareVersion", ""),
        iccid=request.get("iccid", ""),
        imsi=request.get("imsi", ""),
    )
    registered = boot(work=context.work, station=context.station, nameplate=nameplate, at=context.received_at)
    return {
        "currentTime": render(context.received_at),
        "interval": registered.interval_s,
        "status": registered.status,
    }


@ROUTES.handles("Heartbeat")
def heartbeat(context: Context, request: Payload) -> Payload:
    """Our time."""
    return {"currentTime": render(context.received_at)}
