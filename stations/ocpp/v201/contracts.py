"""OCPP 2.0.1 C07: a vehicle's contract certificate stands beside its token."""

from functools import partial

from stations.domain.certificate_hash import HashData
from stations.domain.contracts import ContractStatus, combine
from stations.gateways.contract_check import check_chain, check_hashes
from stations.ocpp.router import Context, Outside, Payload
from stations.services.installed_certificates import vehicle_roots


def with_certificate(context: Context, request: Payload, answer: Payload) -> Payload | Outside:
    """The answer to an Authorize, once the certificate that came with the token is checked as well, if any did."""
    roots = partial(vehicle_roots, station=context.station)
    if hashes := request.get("iso15118CertificateHashData"):
        named = [(HashData.of_wire(item), item["responderURL"]) for item in hashes]
        ask = partial(check_hashes, named, known=roots(), now=context.received_at)
    elif certificate := request.get("certificate"):
        ask = partial(check_chain, certificate, roots=roots(), now=context.received_at)
    else:
        return answer

    def then(context: Context, told: ContractStatus) -> Payload:
        info = answer["idTokenInfo"]
        status, certificate_status = combine(info["status"], told)
        return answer | {"idTokenInfo": info | {"status": status}, "certificateStatus": certificate_status.value}

    return Outside(ask, then)
