"""OCPP 2.0.1 block L: firmware."""

from drivers.domain.phrases import english
from stations.domain.commands import CommandKind as Kind
from stations.domain.times import parse, render
from stations.ocpp.router import Context, NotExpressible, Payload, Request
from stations.ocpp.v201.diagnostics import retries
from stations.ocpp.v201.places import reason_of
from stations.ocpp.v201.routes import ROUTES
from stations.services import firmware_updates


@ROUTES.encodes(Kind.UPDATE_FIRMWARE)
def update_firmware(request: Request) -> tuple[str, Payload]:
    """L01 with a signature, L02 without."""
    values = request.values
    if ("signature" in values) != ("signing_certificate" in values):
        raise NotExpressible(
            english("Signed firmware needs both the signature and the certificate it was signed with.")
        )
    row = firmware_updates.ask(
        work=request.work, station=request.station, command=request.command, action="UpdateFirmware", values=values
    )
    firmware: Payload = {
        "location": values["url"],
        "retrieveDateTime": render(parse(values["retrieve_at"]) if "retrieve_at" in values else request.work.now),
    }
    if row.install_at:
        firmware["installDateTime"] = render(row.install_at)
    if row.is_signed:
        firmware |= {"signingCertificate": values["signing_certificate"], "signature": values["signature"]}
    return "UpdateFirmware", retries(request.values) | {"requestId": row.pk, "firmware": firmware}


@ROUTES.encodes(Kind.PUBLISH_FIRMWARE)
def publish_firmware(request: Request) -> tuple[str, Payload]:
    """L03."""
    values = request.values
    row = firmware_updates.ask(
        work=request.work, station=request.station, command=request.command, action="PublishFirmware", values=values
    )
    named = {"location": values["url"], "checksum": values["checksum"], "requestId": row.pk}
    return "PublishFirmware", named | retries(request.values)


@ROUTES.encodes(Kind.UNPUBLISH_FIRMWARE)
def unpublish_firmware(request: Request) -> tuple[str, Payload]:
    """L04."""
    return "UnpublishFirmware", {"checksum": request.values["checksum"]}


def _asked_by_update_firmware(request: Payload) -> firmware_updates.Request:
    firmware = request["firmware"]
    return firmware_updates.Request(
        action="UpdateFirmware",
        location=firmware["location"],
        request_id=int(request["requestId"]),
        is_signed="signature" in firmware,
        retrieve_at=firmware["retrieveDateTime"],
        install_at=firmware.get("installDateTime"),
    )


@ROUTES.sends("UpdateFirmware")
def note_update_firmware(context: Context, request: Payload) -> None:
    firmware_updates.sent(work=context.work, station=context.station, request=_asked_by_update_firmware(request))


@ROUTES.reads("UpdateFirmware")
def read_update_firmware(context: Context, request: Payload, response: Payload) -> None:
    """L01, L02: whether the station takes the update."""
    _answered(context, _asked_by_update_firmware(request), response)


def _asked_by_publish_firmware(request: Payload) -> firmware_updates.Request:
    return firmware_updates.Request(
        action="PublishFirmware",
        location=request["location"],
        request_id=int(request["requestId"]),
        checksum=request["checksum"],
    )


@ROUTES.sends("PublishFirmware")
def note_publish_firmware(context: Context, request: Payload) -> None:
    firmware_updates.sent(work=context.work, station=context.station, request=_asked_by_publish_firmware(request))


@ROUTES.reads("PublishFirmware")
def read_publish_firmware(context: Context, request: Payload, response: Payload) -> None:
    """L03: whether the local controller takes it."""
    _answered(context, _asked_by_publish_firmware(request), response)


def _answered(context: Context, asked: firmware_updates.Request, response: Payload) -> None:
    firmware_updates.answered(
        work=context.work,
        station=context.station,
        request=asked,
        status=response["status"],
        detail=reason_of(response.get("statusInfo")),
    )


@ROUTES.reads("UnpublishFirmware")
def read_unpublish_firmware(context: Context, request: Payload, response: Payload) -> None:
    """L04: what is offered no longer."""
    if response["status"] == "Unpublished":
        firmware_updates.unpublished(work=context.work, station=context.station, checksum=request["checksum"])


@ROUTES.handles("FirmwareStatusNotification")
def firmware_status(context: Context, request: Payload) -> Payload:
    """L01, L02: how an update goes."""
    _told(context, request, "UpdateFirmware")
    return {}


@ROUTES.handles("PublishFirmwareStatusNotification")
def publish_firmware_status(context: Context, request: Payload) -> Payload:
    """L03: how publishing goes, and in the end where the firmware is offered."""
    _told(context, request, "PublishFirmware")
    return {}


def _told(context: Context, request: Payload, action: str) -> None:
    request_id = request.get("requestId")
    firmware_updates.status_told(
        work=context.work,
        station=context.station,
        actions=[action],
        request_id=None if request_id is None else int(request_id),
        status=request["status"],
        detail=reason_of(request.get("statusInfo")),
        urls=request.get("location", []),
    )
