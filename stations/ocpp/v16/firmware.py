"""OCPP 1.6 sections 4.5 and 5.19 (firmware), and L01 of the security white paper (signed firmware)."""

from drivers.domain.phrases import english
from stations.domain.commands import CommandKind as Kind
from stations.domain.times import parse, render
from stations.ocpp.router import Context, NotExpressible, Payload, Request
from stations.ocpp.v16.routes import ROUTES
from stations.ocpp.v201.diagnostics import retries
from stations.services import firmware_updates


@ROUTES.encodes(Kind.UPDATE_FIRMWARE)
def update_firmware(request: Request) -> tuple[str, Payload]:
    """UpdateFirmware, or with a signature SignedUpdateFirmware of the security white paper."""
    values = request.values
    if ("signature" in values) != ("signing_certificate" in values):
        raise NotExpressible(
            english("Signed firmware needs both the signature and the certificate it was signed with.")
        )
    payload = retries(values)
    retrieve_at = render(parse(values["retrieve_at"]) if "retrieve_at" in values else request.work.now)
    if "signature" in values:
        return _signed(request, payload, retrieve_at)
    if "install_at" in values:
        raise NotExpressible(english("UpdateFirmware of OCPP 1.6 has no time of installation; leave it out."))
    firmware_updates.ask_without_id(work=request.work, station=request.station, command=request.command, values=values)
    return "UpdateFirmware", payload | {"location": values["url"], "retrieveDate": retrieve_at}


def _signed(request: Request, payload: Payload, retrieve_at: str) -> tuple[str, Payload]:
    values = request.values
    row = firmware_updates.ask(
        work=request.work,
        station=request.station,
        command=request.command,
        action="SignedUpdateFirmware",
        values=values,
    )
    firmware: Payload = {"location": values["url"], "retrieveDateTime": retrieve_at}
    if row.install_at:
        firmware["installDateTime"] = render(row.install_at)
    firmware |= {"signingCertificate": values["signing_certificate"], "signature": values["signature"]}
    return "SignedUpdateFirmware", payload | {"requestId": row.pk, "firmware": firmware}


def _asked_by_update_firmware(request: Payload) -> firmware_updates.Request:
    return firmware_updates.Request(
        action="UpdateFirmware", location=request["location"], retrieve_at=request["retrieveDate"]
    )


@ROUTES.sends("UpdateFirmware")
def note_update_firmware(context: Context, request: Payload) -> None:
    firmware_updates.sent(work=context.work, station=context.station, request=_asked_by_update_firmware(request))


@ROUTES.reads("UpdateFirmware")
def read_update_firmware(context: Context, request: Payload, response: Payload) -> None:
    """The answer is empty: the charger will try."""
    firmware_updates.answered(
        work=context.work, station=context.station, request=_asked_by_update_firmware(request), status=""
    )


def _asked_by_signed_update_firmware(request: Payload) -> firmware_updates.Request:
    firmware = request["firmware"]
    return firmware_updates.Request(
        action="SignedUpdateFirmware",
        location=firmware["location"],
        request_id=int(request["requestId"]),
        is_signed=True,
        retrieve_at=firmware["retrieveDateTime"],
        install_at=firmware.get("installDateTime"),
    )


@ROUTES.sends("SignedUpdateFirmware")
def note_signed_update_firmware(context: Context, request: Payload) -> None:
    firmware_updates.sent(work=context.work, station=context.station, request=_asked_by_signed_update_firmware(request))


@ROUTES.reads("SignedUpdateFirmware")
def read_signed_update_firmware(context: Context, request: Payload, response: Payload) -> None:
    """L01: whether the charger takes the update."""
    firmware_updates.answered(
        work=context.work,
        station=context.station,
        request=_asked_by_signed_update_firmware(request),
        status=response["status"],
    )


@ROUTES.handles("FirmwareStatusNotification")
def firmware_status(context: Context, request: Payload) -> Payload:
    """Section 4.5: how an update goes. It names no request."""
    firmware_updates.status_told(
        work=context.work,
        station=context.station,
        actions=["UpdateFirmware"],
        request_id=None,
        status=request["status"],
    )
    return {}


@ROUTES.handles("SignedFirmwareStatusNotification")
def signed_firmware_status(context: Context, request: Payload) -> Payload:
    """L01: how a signed update goes."""
    request_id = request.get("requestId")
    firmware_updates.status_told(
        work=context.work,
        station=context.station,
        actions=["SignedUpdateFirmware"],
        request_id=None if request_id is None else int(request_id),
        status=request["status"],
    )
    return {}
