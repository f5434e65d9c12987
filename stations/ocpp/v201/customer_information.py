"""OCPP 2.0.1 block N: what a station stores of a customer, told (N09) and cleared (N10)."""

from drivers.domain.phrases import english
from stations.domain.commands import CommandKind as Kind
from stations.domain.times import parse
from stations.models import Report
from stations.ocpp.router import Context, NotExpressible, Payload, Request
from stations.ocpp.v201.places import reason_of
from stations.ocpp.v201.routes import ROUTES
from stations.services import customer_information, reports
from stations.services.authorization import known_token

_REFERENCES = ("id_token", "customer_identifier", "certificate")
_HASH = {
    "hash_algorithm": "hashAlgorithm",
    "issuer_name_hash": "issuerNameHash",
    "issuer_key_hash": "issuerKeyHash",
    "serial_number": "serialNumber",
}


@ROUTES.encodes(Kind.CUSTOMER_INFORMATION)
def customer_information_request(request: Request) -> tuple[str, Payload]:
    """N09.FR.04, N10.FR.08: exactly one reference to a customer."""
    values = request.values
    if sum(name in values for name in _REFERENCES) != 1:
        raise NotExpressible(
            english("Name the customer by exactly one of id_token, customer_identifier and certificate.")
        )
    if not (values.get("report") or values.get("clear")):
        raise NotExpressible(english("Ask for a report, for clearing, or for both."))
    payload: Payload = {
        "requestId": request.command.pk,
        "report": values.get("report", False),
        "clear": values.get("clear", False),
    }
    if "id_token" in values:
        known = known_token(station=request.station, id_token=values["id_token"])
        kind = values.get("id_token_type") or (known.type if known else "Central")
        payload["idToken"] = {"idToken": values["id_token"], "type": kind}
    if "customer_identifier" in values:
        payload["customerIdentifier"] = values["customer_identifier"]
    if "certificate" in values:
        payload["customerCertificate"] = {_HASH[name]: value for name, value in values["certificate"].items()}
    return "CustomerInformation", payload


@ROUTES.reads("CustomerInformation")
def read_customer_information(context: Context, request: Payload, response: Payload) -> None:
    """N09, N10: whether the station will tell or forget."""
    report = reports.asked(
        work=context.work,
        station=context.station,
        kind=Report.Kind.CUSTOMER,
        request_id=request["requestId"],
        action="CustomerInformation",
        status=response["status"],
        reason=reason_of(response.get("statusInfo")),
        at=context.received_at,
    )
    token = request.get("idToken", {})
    asked = customer_information.Asked(
        id_token=token.get("idToken", ""),
        id_token_type=token.get("type", ""),
        customer_identifier=request.get("customerIdentifier", ""),
        certificate_serial_number=request.get("customerCertificate", {}).get("serialNumber", ""),
        wants_report=request["report"],
        wants_clearing=request["clear"],
    )
    customer_information.asked(work=context.work, station=context.station, report=report, asked=asked)


@ROUTES.handles("NotifyCustomerInformation")
def notify_customer_information(context: Context, request: Payload) -> Payload:
    """N09.FR.05, N10.FR.03: one part of what the station tells."""
    report = reports.part_came(
        work=context.work,
        station=context.station,
        kinds=[Report.Kind.CUSTOMER],
        request_id=request["requestId"],
        number=request["seqNo"],
        more_follow=request.get("tbc", False),
        at=context.received_at,
        generated_at=parse(request["generatedAt"]),
    )
    customer_information.told(station=context.station, report=report, number=request["seqNo"], text=request["data"])
    return {}
