"""What OCPP 2.1 adds on certificates: requests with an id and a root, ISO 15118-20, the status of a whole chain."""

import time
from functools import partial

from stations.domain.certificate_hash import HashData
from stations.domain.commands import CommandKind as Kind
from stations.domain.times import render
from stations.gateways.certificate_status import Told, ask_ocsp, ask_revocation_list
from stations.ocpp.router import Context, Outside, Payload, Request
from stations.ocpp.v21.routes import ROUTES
from stations.ocpp.v201 import certificates as v201
from stations.services import certificates
from stations.services.installed_certificates import vehicle_roots

# GetCertificateStatusResponse.ocspResult, minimum supported length.
MAX_OCSP_RESULT = 18_000
_TRIGGERS = v201.TRIGGERS | {"v2g20": "SignV2G20Certificate"}
# No address is tried any more after this, so that an answer leaves while the station still waits for one.
_LONGEST_S = 12.0
_ASK = {"OCSP": ask_ocsp, "CRL": ask_revocation_list}


@ROUTES.handles("SignCertificate")
def sign_certificate(context: Context, request: Payload) -> Payload:
    """A02, A03: CertificateSigned will carry the requestId; a root may be asked for."""
    root = request.get("hashRootCertificate")
    request_id = request.get("requestId")
    asked = certificates.Asked(
        pem=request["csr"],
        purpose=v201.purpose_of(request),
        request_id=None if request_id is None else int(request_id),
        root=HashData.of_wire(root) if root else None,
    )
    return v201.sign(context, asked)


@ROUTES.encodes(Kind.SEND_CERTIFICATE)
def certificate_signed(request: Request) -> tuple[str, Payload]:
    """A02: with the requestId of the SignCertificate it answers."""
    action, payload = v201.certificate_signed(request)
    found = certificates.to_send(station=request.station, certificate_id=request.values["certificate"])
    return action, payload if found.request_id is None else payload | {"requestId": found.request_id}


@ROUTES.encodes(Kind.RENEW_CERTIFICATE)
def renew(request: Request) -> tuple[str, Payload]:
    """A02, F06: for ISO 15118-20 too."""
    return v201.trigger(request, _TRIGGERS)


@ROUTES.handles("GetCertificateStatus")
def get_certificate_status(context: Context, request: Payload) -> Outside:
    """M06: there is room for longer answers than in 2.0.1."""
    return v201.status_asked(context, request, MAX_OCSP_RESULT)


@ROUTES.handles("GetCertificateChainStatus")
def get_certificate_chain_status(context: Context, request: Payload) -> Outside:
    """M07: several certificates at once, each by OCSP or revocation list, of the first address that answers."""
    requests = request["certificateStatusRequests"]
    known = vehicle_roots(station=context.station)

    def ask() -> list[Told]:
        latest = time.monotonic() + _LONGEST_S
        return [_first_answer(item, latest) for item in requests]

    def _first_answer(item: Payload, latest: float) -> Told:
        data = HashData.of_wire(item["certificateHashData"])
        told = Told.nobody(context.received_at)
        for url in item["urls"]:
            if time.monotonic() > latest:
                break
            told = _ASK[item["source"]](data, url, now=context.received_at, known=known)
            if told.is_usable:
                break
        return told

    return Outside(ask, partial(_answer_chain_status, requests))


def _answer_chain_status(requests: list[Payload], context: Context, told: list[Told]) -> Payload:
    return {
        "certificateStatus": [
            {
                "certificateHashData": item["certificateHashData"],
                "source": item["source"],
                "status": found.status.value,
                "nextUpdate": render(found.next_update),
            }
            for item, found in zip(requests, told, strict=True)
        ]
    }
