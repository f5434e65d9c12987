"""OCPP 2.0.1 A02, A03 (a station's own certificates) and block M (those it trusts, and those of vehicles)."""

import base64
from functools import partial

from drivers.domain.phrases import english
from stations.domain.certificate_hash import HashData
from stations.domain.certificates import CertificateUse, Purpose
from stations.domain.commands import CommandKind as Kind
from stations.gateways import contract_certificates
from stations.gateways.certificate_status import Status, Told, ask_ocsp
from stations.gateways.contract_certificates import Wanted
from stations.ocpp.router import Context, NotExpressible, Outside, Payload, Request
from stations.ocpp.v201.places import reason_of
from stations.ocpp.v201.routes import ROUTES
from stations.services import certificates, installed_certificates
from stations.services.installed_certificates import Reported, vehicle_roots

# The longest there is room for in GetCertificateStatusResponse.
MAX_OCSP_RESULT = 5500
_MAX_INFO = 512

TRIGGERS = {
    "station": "SignChargingStationCertificate",
    "v2g": "SignV2GCertificate",
    "combined": "SignCombinedCertificate",
}


def status_info(code: str, text: str) -> Payload:
    """A `StatusInfoType`; `code` is one of appendix 5."""
    return {"reasonCode": code, "additionalInfo": text[:_MAX_INFO]}


# --- A02, A03: certificates of the station's own ---


@ROUTES.handles("SignCertificate")
def sign_certificate(context: Context, request: Payload) -> Payload:
    """A02, A03: the certificate follows as CertificateSigned."""
    return sign(context, certificates.Asked(pem=request["csr"], purpose=purpose_of(request)))


def sign(context: Context, asked: certificates.Asked) -> Payload:
    """The answer to a signing request."""
    problem = certificates.request_signing(
        work=context.work, station=context.station, asked=asked, at=context.received_at
    )
    if problem:
        return {"status": "Rejected", "statusInfo": status_info("InvalidCSR", problem)}
    return {"status": "Accepted"}


def purpose_of(message: Payload) -> Purpose:
    """Left out, the certificate is for both (description of SignCertificateRequest.certificateType)."""
    return Purpose(message.get("certificateType", Purpose.COMBINED))


@ROUTES.encodes(Kind.SEND_CERTIFICATE)
def certificate_signed(request: Request) -> tuple[str, Payload]:
    """A02.FR.14: of the type that was asked for."""
    try:
        found = certificates.to_send(station=request.station, certificate_id=request.values["certificate"])
    except LookupError as error:
        raise NotExpressible(str(error)) from error
    limit = certificates.longest_chain(station=request.station, variable="MaxCertificateChainSize")
    payload: Payload = {"certificateChain": certificates.fitting(found.pem, limit)}
    if found.purpose != Purpose.COMBINED:
        payload["certificateType"] = found.purpose
    return "CertificateSigned", payload


@ROUTES.sends("CertificateSigned")
def note_certificate_signed(context: Context, request: Payload) -> None:
    certificates.sent(work=context.work, station=context.station, pem=request["certificateChain"])


@ROUTES.reads("CertificateSigned")
def read_certificate_signed(context: Context, request: Payload, response: Payload) -> None:
    """A02.FR.07: the station takes the certificate or discards it."""
    problem = None
    if response["status"] != "Accepted":
        problem = reason_of(response.get("statusInfo")) or english("The station refused it without a reason.")
    certificates.answered(
        work=context.work,
        station=context.station,
        pem=request["certificateChain"],
        purpose=purpose_of(request),
        problem=problem,
        at=context.received_at,
    )


@ROUTES.encodes(Kind.RENEW_CERTIFICATE)
def renew(request: Request) -> tuple[str, Payload]:
    """A02, F06: the station makes a new key and asks for a certificate."""
    return trigger(request, TRIGGERS)


def trigger(request: Request, triggers: dict[str, str]) -> tuple[str, Payload]:
    """A TriggerMessage for one of the `triggers`."""
    purpose = request.values.get("purpose", "station")
    if purpose not in triggers:
        raise NotExpressible(english("This version has no certificate of the kind %(purpose)s.", purpose=purpose))
    payload: Payload = {"requestedMessage": triggers[purpose]}
    if "evse" in request.values:
        payload["evse"] = {"id": request.values["evse"]}
    return "TriggerMessage", payload


# --- M03 to M05: certificates that the station trusts ---


@ROUTES.encodes(Kind.INSTALL_CERTIFICATE)
def install_certificate(request: Request) -> tuple[str, Payload]:
    """M05."""
    values = request.values
    try:
        wanted = installed_certificates.to_install(
            station=request.station, root=values.get("root"), pem=values.get("pem"), use=values.get("use")
        )
    except LookupError as error:
        raise NotExpressible(str(error)) from error
    return "InstallCertificate", {"certificateType": wanted.use.value, "certificate": wanted.pem}


@ROUTES.reads("InstallCertificate")
def read_install_certificate(context: Context, request: Payload, response: Payload) -> None:
    """M05.FR.01: one that was accepted is in the station's store."""
    if response["status"] == "Accepted":
        installed_certificates.installed(
            work=context.work,
            station=context.station,
            use=CertificateUse(request["certificateType"]),
            pem=request["certificate"],
            at=context.received_at,
        )


@ROUTES.encodes(Kind.DELETE_CERTIFICATE)
def delete_certificate(request: Request) -> tuple[str, Payload]:
    """M04."""
    try:
        data = installed_certificates.to_delete(station=request.station, values=request.values)
    except LookupError as error:
        raise NotExpressible(str(error)) from error
    return "DeleteCertificate", {"certificateHashData": data.to_wire()}


@ROUTES.reads("DeleteCertificate")
def read_delete_certificate(context: Context, request: Payload, response: Payload) -> None:
    """M04.FR.02, M04.FR.04: it is gone, or was not there."""
    if response["status"] in ("Accepted", "NotFound"):
        data = HashData.of_wire(request["certificateHashData"])
        installed_certificates.deleted(work=context.work, station=context.station, data=data)


@ROUTES.encodes(Kind.GET_INSTALLED_CERTIFICATES)
def get_installed_certificates(request: Request) -> tuple[str, Payload]:
    """M03: of one use, or all."""
    uses = [request.values["use"]] if "use" in request.values else []
    return "GetInstalledCertificateIds", {"certificateType": uses} if uses else {}


@ROUTES.reads("GetInstalledCertificateIds")
def read_installed_certificates(context: Context, request: Payload, response: Payload) -> None:
    """M03.FR.03, M03.FR.05; NotFound says that there is none (M03.FR.02)."""
    found = [
        Reported(
            CertificateUse(item["certificateType"]),
            HashData.of_wire(item["certificateHashData"]),
            tuple(HashData.of_wire(child) for child in item.get("childCertificateHashData", [])),
        )
        for item in response.get("certificateHashDataChain", [])
    ]
    uses = [CertificateUse(use) for use in request.get("certificateType", [])]
    installed_certificates.reported(
        work=context.work, station=context.station, uses=uses, found=found, at=context.received_at
    )


# --- M01, M02: contract certificates for vehicles ---


@ROUTES.handles("Get15118EVCertificate")
def get_contract_certificate(context: Context, request: Payload) -> Payload | Outside:
    """M01, M02: the provider makes the answer for the vehicle."""
    wanted = Wanted(
        request["iso15118SchemaVersion"],
        request["action"],
        request["exiRequest"],
        request.get("maximumContractCertificateChains"),
        tuple(request.get("prioritizedEMAIDs", [])),
    )
    provider = contract_certificates.provider()
    return Outside(partial(provider.contract_certificate, wanted), answer_contract_certificate)


def answer_contract_certificate(context: Context, told: contract_certificates.Answer) -> Payload:
    """M01.FR.01."""
    data = {"station": context.station.pk, "problem": told.problem}
    context.work.record("contract_certificate.asked", subject=context.station, data=data)
    if told.problem:
        info = status_info("InternalError", told.problem)
        return {"status": "Failed", "exiResponse": "", "statusInfo": info}
    answer: Payload = {"status": "Accepted", "exiResponse": told.exi}
    if told.remaining is not None:
        answer["remainingContracts"] = told.remaining
    return answer


# --- M06: the status of a certificate ---


@ROUTES.handles("GetCertificateStatus")
def get_certificate_status(context: Context, request: Payload) -> Outside:
    """M06: the station cannot reach the OCSP responder itself."""
    return status_asked(context, request, MAX_OCSP_RESULT)


def status_asked(context: Context, request: Payload, longest: int) -> Outside:
    """Ask the responder; `longest`: characters that there is room for in the answer."""
    asked = request["ocspRequestData"]
    known = vehicle_roots(station=context.station)
    ask = partial(ask_ocsp, HashData.of_wire(asked), asked["responderURL"], now=context.received_at, known=known)
    return Outside(ask, partial(_answer_status, longest=longest))


def _answer_status(context: Context, told: Told, *, longest: int) -> Payload:
    """M06.FR.02, M06.FR.03, M06.FR.08, M06.FR.09: the response itself, DER, in base64."""
    result = base64.b64encode(told.der).decode()
    if told.status is Status.FAILED:
        return {"status": "Failed", "statusInfo": status_info("InternalError", told.problem)}
    if len(result) > longest:
        text = english(
            "The responder's answer has %(result)s characters; there is room for %(longest)s.",
            result=len(result),
            longest=longest,
        )
        return {"status": "Failed", "statusInfo": status_info("TooLargeElement", text)}
    return {"status": "Accepted", "ocspResult": result}
