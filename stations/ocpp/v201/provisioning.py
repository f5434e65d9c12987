"""OCPP 2.0.1 block B: booting."""

from stations.domain.times import render
from stations.ocpp.router import Context, Payload
from stations.ocpp.v201.routes import ROUTES
from stations.services.provisioning import Nameplate, boot


@ROUTES.handles("BootNotification")
def boot_notification(context: Context, request: Payload) -> Payload:
    """B01 to B03: who the station is; answered with its registration status, our time and the interval."""
    station = request["chargingStation"]
    nameplate = Nameplate(
        vendor=station["vendorName"],
        model=station["model"],
        serial_number=station.get("serialNumber", ""),
        firmware_version=station.get("firmwareVersion", ""),
        reason=request["reason"],
        iccid=station.get("modem", {}).get("iccid", ""),
        imsi=station.get("modem", {}).get("imsi", ""),
    )
    registered = boot(work=context.work, station=context.station, nameplate=nameplate, at=context.received_at)
    return {
        "currentTime": render(context.received_at),
        "interval": registered.interval_s,
        "status": registered.status,
    }


@ROUTES.handles("Heartbeat")
def heartbeat(context: Context, request: Payload) -> Payload:
    """G02: our time."""
    return {"currentTime": render(context.received_at)}
