"""What a certificate that a charger presents is worth: pure checks, no database (OCPP 2.0.1 A00.FR.401 to 429)."""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from drivers.domain.phrases import english

# A00.FR.502, A00.FR.503.
_RSA_BITS = 2048
_EC_BITS = 224
_OF_AUTHORITIES = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
_ARMOUR = re.compile(rb"-----[A-Z ]+-----")


class Unreadable(ValueError):
    """No certificate."""


@dataclass(frozen=True, slots=True)
class Presented:
    """A certificate as a charger presented it. `names`: its common names, then its DNS and other alternative names."""

    der: bytes
    certificate: x509.Certificate
    fingerprint: str
    serial_number: str
    names: tuple[str, ...]

    @property
    def common_name(self) -> str:
        return self.names[0] if self.names else ""


def read(der: bytes) -> Presented:
    """Raises Unreadable."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        names = tuple(_names(certificate))
    except ValueError as error:
        raise Unreadable(str(error)) from error
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
    return Presented(der, certificate, fingerprint, f"{certificate.serial_number:x}", names)


def _names(certificate: x509.Certificate) -> Iterable[str]:
    for attribute in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        yield str(attribute.value)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    yield from names.get_values_for_type(x509.DNSName)
    yield from names.get_values_for_type(x509.UniformResourceIdentifier)


def from_header(value: bytes) -> bytes | None:
    """The DER form of a certificate in a proxy's header; None where the header holds none.

    Proxies write it as base64 of the DER form (Caddy, HAProxy, RFC 9440 between colons) or as PEM, escaped as in a URL
    (nginx, Traefik).
    """
    text = unquote_to_bytes(value).strip().strip(b":")
    compact = b"".join(_ARMOUR.sub(b"", text).split())
    try:
        return base64.b64decode(compact, validate=True) or None
    except binascii.Error:
        return None


def problem_with(
    presented: Presented, *, roots: Sequence[str], intermediates: Sequence[str] = (), now: datetime
) -> str | None:
    """Why the certificate proves nothing, in words; None: it is valid at `now` and its path leads to one of `roots`.

    `roots`, `intermediates`: PEM. Extensions are not looked at beyond what a path needs: OCPP discourages alternative
    names and extended key usage in a charger's certificate (A00.FR.511, A00.FR.514).
    """
    certificate = presented.certificate
    if now < certificate.not_valid_before_utc:
        return english(
            "It is not valid before %(at)s UTC.", at=format(certificate.not_valid_before_utc, "%Y-%m-%d %H:%M")
        )
    if now > certificate.not_valid_after_utc:
        return english("It expired on %(at)s UTC.", at=format(certificate.not_valid_after_utc, "%Y-%m-%d %H:%M"))
    if weakness := _weakness(certificate):
        return weakness
    trusted = [found for pem in roots for found in x509.load_pem_x509_certificates(pem.encode())]
    if not trusted:
        return english("This installation has no root certificate.")
    between = [found for pem in intermediates for found in x509.load_pem_x509_certificates(pem.encode())]
    policy = PolicyBuilder().store(Store(trusted)).time(now)
    try:
        policy = policy.extension_policies(ca_policy=_OF_AUTHORITIES, ee_policy=ExtensionPolicy.permit_all())
        policy.build_client_verifier().verify(certificate, between)
    except VerificationError:
        issuer = certificate.issuer.rfc4514_string()
        return english("Its issuer is not one that this installation accepts (%(issuer)s).", issuer=issuer)
    return None


def _weakness(certificate: x509.Certificate) -> str | None:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _RSA_BITS:
        return english(
            "Its RSA key has %(bits)d bits; at least %(least)d are needed.", bits=key.key_size, least=_RSA_BITS
        )
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < _EC_BITS:
        return english("Its key has %(bits)d bits; at least %(least)d are needed.", bits=key.key_size, least=_EC_BITS)
    return None
