"""Making certificates: an authority's own root, what it signs, and what it says of those it revoked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from stations.domain.x509_read import common_name

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

# A charger's clock may be behind ours.
BACKDATED = timedelta(hours=1)
ROOT_YEARS = 25
_YEAR = timedelta(days=365.25)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs. `crl_url` and `ocsp_url`: where others learn what was revoked; empty where that is not published."""

    certificate: x509.Certificate
    key: PrivateKey
    crl_url: str = ""
    ocsp_url: str = ""


def make_root(name: str, *, organization: str, now: datetime) -> Issuer:
    """A new root with a key of its own (ECDSA P-256)."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name, organization)
    builder = _dated(subject, subject, key.public_key())
    builder = builder.not_valid_before(now - BACKDATED).not_valid_after(now + ROOT_YEARS * _YEAR)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
    builder = builder.add_extension(_key_usage(ca=True), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return Issuer(builder.sign(key, hashes.SHA256()), key)


def sign_request(
    request: x509.CertificateSigningRequest, *, issuer: Issuer, organization: str, now: datetime, lifetime: timedelta
) -> x509.Certificate:
    """A certificate for a checked signing request.

    Of the request's subject the commonName is kept; the organization is the operator's (OCPP 2.0.1 A00.FR.407,
    A00.FR.509). No extension is taken over, and none is added that says who may be a server or a client (A00.FR.514).
    """
    key: PublicKey = request.public_key()  # type: ignore[assignment]  # checked before
    subject = _name(common_name(request.subject), organization)
    return _builder(key, subject, issuer, now, lifetime).sign(issuer.key, hashes.SHA256())


def make_server_certificate(
    hosts: Sequence[str],
    *,
    issuer: Issuer,
    organization: str,
    kind: Literal["ecdsa", "rsa"],
    now: datetime,
    lifetime: timedelta,
) -> tuple[x509.Certificate, PrivateKey]:
    """A TLS server certificate for names and addresses, the first of which is its commonName, with its new key.

    OCPP 2.0.1 A00.FR.318 wants cipher suites of both kinds of key, and so one certificate of each. Names stand in
    subjectAltName as well: A00.FR.511 would rather not have it, but no current TLS client looks at the commonName.
    """
    key: PrivateKey = (
        ec.generate_private_key(ec.SECP256R1()) if kind == "ecdsa" else rsa.generate_private_key(65537, 2048)
    )
    builder = _builder(key.public_key(), _name(hosts[0], organization), issuer, now, lifetime)
    names = x509.SubjectAlternativeName([_host(host) for host in hosts])
    return builder.add_extension(names, critical=False).sign(issuer.key, hashes.SHA256()), key


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host.strip("[]")))
    except ValueError:
        return x509.DNSName(host)


def _name(common: str, organization: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
        ]
    )


def _builder(
    key: PublicKey, subject: x509.Name, issuer: Issuer, now: datetime, lifetime: timedelta
) -> x509.CertificateBuilder:
    """What the certificates of an issuer have in common."""
    # Nothing outlives who vouches for it.
    not_after = min(now + lifetime, issuer.certificate.not_valid_after_utc)
    builder = _dated(subject, issuer.certificate.subject, key).not_valid_before(now - BACKDATED)
    builder = builder.not_valid_after(not_after)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    is_rsa = isinstance(key, rsa.RSAPublicKey)
    builder = builder.add_extension(_key_usage(ca=False, is_rsa=is_rsa), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    builder = builder.add_extension(_authority(issuer), critical=False)
    for extension in _published(issuer):
        builder = builder.add_extension(extension, critical=False)
    return builder


def _authority(issuer: Issuer) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())


def _published(issuer: Issuer) -> list[x509.ExtensionType]:
    """Where a certificate's status is told."""
    found: list[x509.ExtensionType] = []
    if issuer.crl_url:
        names = [x509.UniformResourceIdentifier(issuer.crl_url)]
        found.append(x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, None)]))
    if issuer.ocsp_url:
        url = x509.UniformResourceIdentifier(issuer.ocsp_url)
        access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, url)
        found.append(x509.AuthorityInformationAccess([access]))
    return found


def _dated(subject: x509.Name, issuer: x509.Name, key: PublicKey) -> x509.CertificateBuilder:
    """A builder that only lacks its dates and extensions."""
    named = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
    return named.public_key(key).serial_number(x509.random_serial_number())


def _key_usage(*, ca: bool, is_rsa: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=is_rsa,
        data_encipherment=False,
        key_agreement=not ca and not is_rsa,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass(frozen=True, slots=True)
class Revoked:
    """A certificate that is good no longer."""

    serial_number: str
    at: datetime


def make_revocation_list(
    revoked: Iterable[Revoked], *, issuer: Issuer, now: datetime, valid_for: timedelta
) -> x509.CertificateRevocationList:
    """All certificates of `issuer` that were revoked (RFC 5280 section 5)."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(now)
        .next_update(now + valid_for)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
    )
    builder = builder.add_extension(_authority(issuer), critical=False)
    for entry in revoked:
        serial = int(entry.serial_number, 16)
        made = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(entry.at).build()
        builder = builder.add_revoked_certificate(made)
    return builder.sign(issuer.key, hashes.SHA256())


@dataclass(frozen=True, slots=True)
class StatusSaid:
    """What an issuer says of a certificate of its. `algorithm`: that of the hashes it was asked with."""

    revoked_at: datetime | None
    now: datetime
    next_update: datetime
    algorithm: hashes.HashAlgorithm


def answer_status(certificate: x509.Certificate, *, issuer: Issuer, said: StatusSaid) -> bytes:
    """The OCSP answer on a certificate of `issuer`, DER (RFC 6960)."""
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=certificate,
        issuer=issuer.certificate,
        algorithm=said.algorithm,
        cert_status=ocsp.OCSPCertStatus.GOOD if said.revoked_at is None else ocsp.OCSPCertStatus.REVOKED,
        this_update=said.now,
        next_update=said.next_update,
        revocation_time=said.revoked_at,
        revocation_reason=None,
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, issuer.certificate)
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)
