"""Whether a vehicle's contract certificate is good, asked of those who issued it (OCPP 2.0.1 C07)."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from cryptography import x509

from stations.domain.certificate_hash import HashData, hash_data
from stations.domain.contracts import ContractStatus, judge_chain
from stations.domain.x509_read import Unreadable, load_chain, responder_urls
from stations.gateways.certificate_status import Status, ask_ocsp

_MEANS = {
    Status.GOOD: ContractStatus.ACCEPTED,
    Status.REVOKED: ContractStatus.REVOKED,
    # Nobody vouches for it: as bad as a chain that leads nowhere (C07.FR.17).
    Status.UNKNOWN: ContractStatus.CHAIN_ERROR,
    Status.FAILED: ContractStatus.CHAIN_ERROR,
}


def check_hashes(
    named: Sequence[tuple[HashData, str]], *, known: tuple[x509.Certificate, ...], now: datetime
) -> ContractStatus:
    """The station has checked the chain and tells each certificate's hashes with its responder (C07.FR.04)."""
    for data, url in named:
        status = _MEANS[ask_ocsp(data, url, now=now, known=known).status]
        if status is not ContractStatus.ACCEPTED:
            return status
    return ContractStatus.ACCEPTED


def check_chain(pem: str, *, roots: tuple[x509.Certificate, ...], now: datetime) -> ContractStatus:
    """The station could not check the chain and sends it whole (C07.FR.05, C07.FR.06).

    A certificate that names no responder counts as not revoked: there is nobody to ask.
    """
    try:
        chain = load_chain(pem)
    except Unreadable:
        return ContractStatus.CHAIN_ERROR
    status, path = judge_chain(chain, roots, now)
    if status is not ContractStatus.ACCEPTED:
        return status
    named = [
        (hash_data(certificate, issuer), url)
        for certificate, issuer in pairwise(path)
        for url in responder_urls(certificate)[:1]
    ]
    return check_hashes(named, known=tuple(path), now=now)
