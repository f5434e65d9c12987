"""Asking those who issued a certificate whether it is still good: OCSP (RFC 6960) and revocation lists (RFC 5280)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.core.cache import cache

from drivers.domain.phrases import english
from stations.domain.certificate_hash import HashData, digest, hash_of, key_hash
from stations.gateways.outward import Unreachable, fetch

# An answer that does not say how long it holds is asked for again after this.
DEFAULT_VALID = timedelta(hours=1)
LONGEST_KEPT = timedelta(days=7)
# An answer is kept: a responder must not fill our memory.
MOST_OCSP_BYTES = 32 << 10
_OCSP = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}


class Status(StrEnum):
    """What an issuer says of a certificate (OCPP 2.1 `CertificateStatusEnumType`)."""

    GOOD = "Good"
    REVOKED = "Revoked"
    UNKNOWN = "Unknown"
    FAILED = "Failed"  # nobody could be asked


@dataclass(frozen=True, slots=True)
class Told:
    """The answer. `der`: the OCSP response itself; empty of a list. `problem`: why it failed, for a person."""

    status: Status
    next_update: datetime
    der: bytes = b""
    problem: str = ""

    @classmethod
    def nobody(cls, now: datetime) -> "Told":
        """There was nobody to ask."""
        return cls(Status.FAILED, now, problem=english("There is no address to ask."))

    @property
    def is_usable(self) -> bool:
        return self.status is not Status.FAILED


def ask_ocsp(certificate: HashData, url: str, *, now: datetime, known: tuple[x509.Certificate, ...] = ()) -> Told:
    """Ask the responder at `url`; an answer is kept until its nextUpdate. Never raises: FAILED says why.

    `known`: certificates trusted to be whom they name. An answer signed by somebody whom neither they nor the issuer's
    key hash vouch for is a failure.
    """
    plain = certificate.plain
    return _kept(("ocsp", plain, url), now, lambda: _ask_ocsp(plain, url, now, known))


def ask_revocation_list(
    certificate: HashData, url: str, *, now: datetime, known: tuple[x509.Certificate, ...] = ()
) -> Told:
    """Look for the certificate in the list at `url`; as `ask_ocsp`.

    A list's signature can only be checked where its issuer is among the `known`; else the list must at least name the
    issuer that the certificate has.
    """
    plain = certificate.plain
    return _kept(("crl", plain, url), now, lambda: _ask_list(plain, url, now, known))


def _kept(about: tuple[Any, ...], now: datetime, ask: Any) -> Told:
    key = "pki." + hashlib.sha256(repr(about).encode()).hexdigest()
    kept: Told | None = cache.get(key)
    if kept is not None and kept.next_update > now:
        return kept
    try:
        told: Told = ask()
    except (Unreachable, ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as problem:
        return Told(Status.FAILED, now, problem=str(problem) or english("The answer is not signed by its issuer."))
    if told.status is not Status.FAILED:
        cache.set(key, told, min(told.next_update - now, LONGEST_KEPT).total_seconds())
    return told


def _ask_ocsp(certificate: HashData, url: str, now: datetime, known: tuple[x509.Certificate, ...]) -> Told:
    request = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        bytes.fromhex(certificate.issuer_name_hash),
        bytes.fromhex(certificate.issuer_key_hash),
        int(certificate.serial_number, 16),
        hash_of(certificate.algorithm),
    )
    asked = request.build().public_bytes(Encoding.DER)
    der = fetch(url, body=asked, headers=_OCSP, most_bytes=MOST_OCSP_BYTES)
    response = ocsp.load_der_ocsp_response(der)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return Told(
            Status.FAILED, now, der, english("The responder answered %(name)s.", name=response.response_status.name)
        )
    if response.serial_number != int(certificate.serial_number, 16):
        return Told(Status.FAILED, now, der, english("The responder answered about another certificate."))
    _check_signer(response, certificate, known)
    next_update = response.next_update_utc or now + DEFAULT_VALID
    if next_update <= now:
        return Told(Status.FAILED, now, der, english("The responder's answer is out of date."))
    return Told(_SAID[response.certificate_status], next_update, der)


_SAID = {
    ocsp.OCSPCertStatus.GOOD: Status.GOOD,
    ocsp.OCSPCertStatus.REVOKED: Status.REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN: Status.UNKNOWN,
}


def _check_signer(response: ocsp.OCSPResponse, certificate: HashData, known: tuple[x509.Certificate, ...]) -> None:
    """Raise InvalidSignature unless the issuer, or a responder that the issuer certified, signed the answer.

    The issuer is known by the hash of its key. Where its certificate is neither sent along nor known here, a
    responder's own certificate at least names it: that is as far as hashes alone lead (RFC 6960 section 4.2.2.2).
    """
    candidates = [*response.certificates, *known]
    issuers = [found for found in candidates if key_hash(found, certificate.algorithm) == certificate.issuer_key_hash]
    for issuer in issuers:
        if _has_signed(issuer, response):
            return
    for responder in filter(_is_responder, response.certificates):
        named = digest(certificate.algorithm, responder.issuer.public_bytes()) == certificate.issuer_name_hash
        vouched = any(_vouches(issuer, responder) for issuer in issuers) if issuers else named
        if vouched and _has_signed(responder, response):
            return
    if candidates:
        raise InvalidSignature(english("The answer is not signed by the certificate's issuer."))


def _is_responder(certificate: x509.Certificate) -> bool:
    """Whether its issuer made it for answering: any other certificate of the issuer must not speak for it."""
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usages


def _vouches(issuer: x509.Certificate, responder: x509.Certificate) -> bool:
    try:
        responder.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _has_signed(signer: x509.Certificate, response: ocsp.OCSPResponse) -> bool:
    key, algorithm = signer.public_key(), response.signature_hash_algorithm
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm is not None:
            key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm))
        elif isinstance(key, rsa.RSAPublicKey) and algorithm is not None:
            key.verify(response.signature, response.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _ask_list(certificate: HashData, url: str, now: datetime, known: tuple[x509.Certificate, ...]) -> Told:
    der = fetch(url)
    parse = x509.load_pem_x509_crl if der.lstrip().startswith(b"-----") else x509.load_der_x509_crl
    found = parse(der)
    if digest(certificate.algorithm, found.issuer.public_bytes()) != certificate.issuer_name_hash:
        return Told(Status.FAILED, now, problem=english("The list is another issuer's."))
    signers = [issuer for issuer in known if issuer.subject == found.issuer]
    if signers and not any(found.is_signature_valid(issuer.public_key()) for issuer in signers):  # type: ignore[arg-type]
        return Told(Status.FAILED, now, problem=english("The list is not signed by its issuer."))
    next_update = found.next_update_utc or now + DEFAULT_VALID
    if next_update <= now:
        return Told(Status.FAILED, now, problem=english("The list is out of date."))
    entry = found.get_revoked_certificate_by_serial_number(int(certificate.serial_number, 16))
    return Told(Status.GOOD if entry is None else Status.REVOKED, next_update)
