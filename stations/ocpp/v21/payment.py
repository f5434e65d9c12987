"""OCPP 2.1 block C, use cases C18 to C25: ad hoc payment."""

from stations.domain.commands import CommandKind as Kind
from stations.domain.times import parse
from stations.ocpp.router import Context, Payload, Request
from stations.ocpp.v21.routes import ROUTES
from stations.services import payment_reports


@ROUTES.handles("NotifySettlement")
def notify_settlement(context: Context, request: Payload) -> Payload:
    """C19 to C22: an ad hoc payment is settled, released, or could not be."""
    told = payment_reports.Told(
        psp_ref=request["pspRef"],
        status=request["status"],
        amount=float(request["settlementAmount"]),
        settled_at=parse(request["settlementTime"]),
        transaction_id=request.get("transactionId", ""),
        status_info=request.get("statusInfo", ""),
        receipt_id=request.get("receiptId", ""),
        receipt_url=request.get("receiptUrl", ""),
        vat_number=request.get("vatNumber", ""),
        company=request.get("vatCompany", {}),
    )
    payment_reports.settlement_told(work=context.work, station=context.station, told=told)
    return {}


@ROUTES.handles("VatNumberValidation")
def vat_number_validation(context: Context, request: Payload) -> Payload:
    """C18.FR.09, C18.FR.10."""
    evse_id = request.get("evseId")
    accepted = payment_reports.check_vat_number(
        work=context.work,
        station=context.station,
        number=request["vatNumber"],
        evse_number=int(evse_id) if evse_id is not None and evse_id >= 0 else None,
    )
    answer: Payload = {"vatNumber": request["vatNumber"], "status": "Accepted" if accepted else "Rejected"}
    return answer | ({} if evse_id is None else {"evseId": evse_id})


@ROUTES.encodes(Kind.NOTIFY_WEB_PAYMENT)
def notify_web_payment_started(request: Request) -> tuple[str, Payload]:
    """C25.FR.21: somebody who scanned the EVSE's code is paying."""
    values = request.values
    return "NotifyWebPaymentStarted", {"evseId": values["evse"], "timeout": values["timeout_s"]}
