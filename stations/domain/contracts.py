"""Contract certificates of vehicles (ISO 15118): whether a chain is good, and what comes of it (OCPP 2.0.1 C07)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from cryptography import x509

from stations.domain.x509_read import is_issued_by


class ContractStatus(StrEnum):
    """OCPP `AuthorizeCertificateStatusEnumType`."""

    ACCEPTED = "Accepted"
    SIGNATURE_ERROR = "SignatureError"
    EXPIRED = "CertificateExpired"
    REVOKED = "CertificateRevoked"
    NO_CERTIFICATE = "NoCertificateAvailable"
    CHAIN_ERROR = "CertChainError"
    CANCELLED = "ContractCancelled"


# Verdicts that speak of the contract itself rather than of this place and time (C07.FR.13, C07.FR.14).
_NO_CONTRACT = frozenset({"Blocked", "Expired", "Invalid", "Unknown"})


def judge_chain(
    chain: Sequence[x509.Certificate], roots: Iterable[x509.Certificate], now: datetime
) -> tuple[ContractStatus, list[x509.Certificate]]:
    """Whether a contract certificate, leaf first, leads to one of `roots`; if so, with the path, its root included.

    Chains are sent with or without their root. No root that fits is NoCertificateAvailable (C07.FR.06), since nothing
    here could check it.
    """
    path = [certificate for certificate in chain if certificate.issuer != certificate.subject]
    if not path:
        return ContractStatus.CHAIN_ERROR, []
    root = next((known for known in roots if known.subject == path[-1].issuer), None)
    if root is None:
        return ContractStatus.NO_CERTIFICATE, []
    path.append(root)
    for certificate, issuer in pairwise(path):
        if certificate.issuer != issuer.subject or not _may_sign(issuer):
            return ContractStatus.CHAIN_ERROR, []
        if not is_issued_by(certificate, issuer):
            return ContractStatus.SIGNATURE_ERROR, []
    if any(not found.not_valid_before_utc <= now <= found.not_valid_after_utc for found in path):
        return ContractStatus.EXPIRED, []
    return ContractStatus.ACCEPTED, path


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def combine(token_status: str, certificate: ContractStatus) -> tuple[str, ContractStatus]:
    """What the station is told of token and certificate together (C07.FR.13 to C07.FR.17)."""
    if certificate is ContractStatus.ACCEPTED:
        is_cancelled = token_status in _NO_CONTRACT
        return token_status, ContractStatus.CANCELLED if is_cancelled else certificate
    if certificate is ContractStatus.EXPIRED:
        return "Expired", certificate
    return "Invalid", certificate
