"""OCPP 2.0.1 block P: data transfer."""

from stations.domain.commands import CommandKind as Kind
from stations.ocpp.router import Context, Payload, Request
from stations.ocpp.v201.routes import ROUTES


@ROUTES.encodes(Kind.DATA_TRANSFER)
def send_data_transfer(request: Request) -> tuple[str, Payload]:
    """P01."""
    names = {"vendor_id": "vendorId", "message_id": "messageId", "data": "data"}
    return "DataTransfer", {names[name]: value for name, value in request.values.items()}


@ROUTES.handles("DataTransfer")
def data_transfer(context: Context, request: Payload) -> Payload:
    """P02: no vendor's extension is known; the frame itself is kept, and that it came is a fact."""
    data = {"vendor_id": request["vendorId"], "message_id": request.get("messageId", "")}
    context.work.record("vendor.message_received", subject=context.station, data=data)
    return {"status": "UnknownVendorId"}
