"""Reading certificates and signing requests that others made."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from drivers.domain.phrases import Phrase
from stations.domain.certificates import Purpose

# OCPP 2.0.1 A00.FR.503, security white paper for 1.6 (edition 3) section 4.1.
MIN_RSA_BITS = 2048
MIN_EC_BITS = 224
# ISO 15118-2 knows no other keys than on secp256r1 and larger curves.
MIN_V2G_EC_BITS = 256

_V2G = (Purpose.V2G, Purpose.V2G20)


class Unreadable(ValueError):
    """This is no certificate; says why, for a person."""


class BadRequest(ValueError):
    """A signing request that must not be signed; says why, for a person."""


@dataclass(frozen=True, slots=True)
class Described:
    """What people and tables know of a certificate."""

    common_name: str
    subject: str
    serial_number: str
    fingerprint: str
    not_before: datetime
    not_after: datetime


def load_chain(pem: str) -> list[x509.Certificate]:
    """The certificates of a PEM text, in its order. Raises Unreadable where there is none or one is broken."""
    try:
        chain = x509.load_pem_x509_certificates(pem.encode())
        # Names and serial numbers are read lazily: what is broken shows only now.
        for certificate in chain:
            describe(certificate)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Unreadable(Phrase("This is no X.509 certificate in PEM form (-----BEGIN CERTIFICATE-----).")) from error
    return chain


def load_one(pem: str) -> x509.Certificate:
    """The only certificate of a PEM text. Raises Unreadable."""
    chain = load_chain(pem)
    if len(chain) != 1:
        raise Unreadable(Phrase("These are %(count)d certificates; give one.", count=len(chain)))
    return chain[0]


def describe(certificate: x509.Certificate) -> Described:
    """What is shown of a certificate and looked for."""
    return Described(
        common_name=common_name(certificate.subject),
        subject=certificate.subject.rfc4514_string()[:500],
        serial_number=format(certificate.serial_number, "x"),
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )


def common_name(name: x509.Name) -> str:
    """The commonName; empty where there is none."""
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def to_pem(*certificates: x509.Certificate) -> str:
    """PEM text, one after the other."""
    return "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in certificates)


def check_request(pem: str, *, purpose: Purpose, names: frozenset[str] | None = None) -> x509.CertificateSigningRequest:
    """The signing request in `pem`, if it may be signed; raises BadRequest.

    Its signature proves that the station has the key; the key is strong enough (OCPP 2.0.1 A00.FR.503); the commonName
    is one of `names`, the station's serial number or identity (A00.FR.512), if any are given. None: any that is there.
    """
    try:
        request = x509.load_pem_x509_csr(pem.encode())
        is_signed = request.is_signature_valid
        key = request.public_key()
        name = common_name(request.subject)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadRequest(Phrase("This is no signing request in PEM form.")) from error
    if not is_signed:
        raise BadRequest(Phrase("The signing request is not signed with its own key."))
    _check_key(key, purpose)
    if not name:
        raise BadRequest(Phrase("The signing request has no commonName."))
    if not name.isprintable():
        raise BadRequest(Phrase("The commonName has characters in it that cannot be printed."))
    if names is not None and name not in names:
        raise BadRequest(
            Phrase(
                "The commonName “%(name)s” is not this station's: %(names)s.",
                name=name,
                names=" or ".join(sorted(names)),
            )
        )
    return request


def _check_key(key: object, purpose: Purpose) -> None:
    if isinstance(key, ec.EllipticCurvePublicKey):
        least = MIN_V2G_EC_BITS if purpose in _V2G else MIN_EC_BITS
        if key.curve.key_size < least:
            raise BadRequest(
                Phrase(
                    "The key has %(bits)d bits; at least %(least)d are needed.", bits=key.curve.key_size, least=least
                )
            )
    elif isinstance(key, rsa.RSAPublicKey) and purpose not in _V2G:
        if key.key_size < MIN_RSA_BITS:
            raise BadRequest(
                Phrase(
                    "The RSA key has %(bits)d bits; at least %(least)d are needed.",
                    bits=key.key_size,
                    least=MIN_RSA_BITS,
                )
            )
    else:
        raise BadRequest(Phrase("The key is of a kind that is not signed for this purpose."))


def is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether `issuer` signed `certificate`."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def responder_urls(certificate: x509.Certificate) -> list[str]:
    """Where its issuer says that its status can be asked for (OCSP)."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    ocsp = [entry for entry in access if entry.access_method == AuthorityInformationAccessOID.OCSP]
    return [str(entry.access_location.value) for entry in ocsp]
