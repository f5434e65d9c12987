"""The certificate authority of this installation: its keys on disk, what it signs and what it revoked.

Its keys are made at first use and never leave DATA/keys/ca. Chargers' certificates for their vehicles (ISO 15118) come
from a second root: one that only names a controller of a vehicle's must never do for a station.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509 import ocsp
from django.conf import settings
from django.utils import timezone

from stations.domain.certificate_hash import plain_serial
from stations.domain.certificates import Purpose
from stations.domain.x509_issue import (
    Issuer,
    PrivateKey,
    Revoked,
    StatusSaid,
    answer_status,
    make_revocation_list,
    make_root,
    make_server_certificate,
    sign_request,
)
from stations.domain.x509_read import load_chain, to_pem
from stations.models import StationCertificate, WithdrawnCertificate

REVOCATION_LIST_VALID = timedelta(days=7)
STATUS_VALID = timedelta(hours=1)
SERVER_LIFETIME = timedelta(days=365)
# A server certificate with less than this left is made anew.
SERVER_RENEWAL = timedelta(days=30)

_V2G = (Purpose.V2G, Purpose.V2G20)
_Known = StationCertificate | WithdrawnCertificate


class BadAuthority(Exception):
    """The files of an own authority cannot be used; says why, for a person."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs, and the certificates from the signing one up to its root."""

    issuer: Issuer
    chain: tuple[x509.Certificate, ...]

    @property
    def root(self) -> x509.Certificate:
        return self.chain[-1]

    @property
    def intermediates(self) -> tuple[x509.Certificate, ...]:
        """What a station needs besides its certificate to lead to the root."""
        return self.chain[:-1]


def for_purpose(purpose: Purpose) -> Authority:
    """Who signs certificates for `purpose`. Raises BadAuthority."""
    return v2g() if purpose in _V2G else stations()


def stations() -> Authority:
    """Who signs what stations prove themselves with to us, and our own server certificates. Raises BadAuthority."""
    if settings.CA_CERTIFICATE or settings.CA_KEY:
        return _own(Path(settings.CA_CERTIFICATE), Path(settings.CA_KEY), _address("stations.crl"))
    return _made(settings.CA_DIR / "stations.pem", "Busbar stations root", _address("stations.crl"))


def v2g() -> Authority:
    """Who signs what stations prove themselves with to vehicles, where no provider does."""
    return _made(settings.CA_DIR / "v2g.pem", "Busbar V2G root", "")


def roots() -> list[str]:
    """PEM of the roots that lead to certificates stations may present to us.

    A path to one of these alone proves no identity: a certificate is good for the station that its `StationCertificate`
    row belongs to, and while that row's status is one of `domain.certificates.PRESENTABLE`.
    """
    return [to_pem(stations().root)]


def intermediates() -> list[str]:
    """PEM of what stands between those roots and stations' certificates."""
    return [to_pem(certificate) for certificate in stations().intermediates]


def sign(
    request: x509.CertificateSigningRequest, *, purpose: Purpose, organization: str, now: datetime
) -> list[x509.Certificate]:
    """A certificate for a checked request, then what leads to the root, without the root. Raises BadAuthority."""
    authority = for_purpose(purpose)
    lifetime = timedelta(days=settings.CERTIFICATE_DAYS)
    made = sign_request(request, issuer=authority.issuer, organization=organization, now=now, lifetime=lifetime)
    return [made, *authority.intermediates]


# --- Files ---


def _made(path: Path, name: str, crl_url: str) -> Authority:
    """The authority in `path`, made if it is not there."""
    if not path.exists():
        made = make_root(f"{name} {os.urandom(4).hex()}", organization=settings.CA_ORGANIZATION, now=timezone.now())
        # Key and certificate in one file: two processes at their first use end up with one pair.
        _write_once(path, _key_text(made.key) + to_pem(made.certificate))
    return _loaded(path, path, path.stat().st_mtime_ns, crl_url, _address("ocsp/"))


def _own(certificate: Path, key: Path, crl_url: str) -> Authority:
    """The authority that the installation brings with it."""
    for path in (certificate, key):
        if not path.is_file():
            raise BadAuthority(f"CA_CERTIFICATE and CA_KEY must both name a file; {str(path)!r} is none.")
    changed_ns = max(path.stat().st_mtime_ns for path in (certificate, key))
    return _loaded(certificate, key, changed_ns, crl_url, _address("ocsp/"))


@lru_cache(maxsize=8)
def _loaded(certificate_path: Path, key_path: Path, changed_ns: int, crl_url: str, ocsp_url: str) -> Authority:
    """Read once, and again when the files change."""
    try:
        chain = load_chain(certificate_path.read_text())
        key = load_pem_private_key(key_path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise BadAuthority(f"{key_path} and {certificate_path} hold no key and certificates: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise BadAuthority(f"{key_path} holds a key of a kind that is not supported; use ECDSA or RSA.")
    if key.public_key() != chain[0].public_key():
        raise BadAuthority(f"The key in {key_path} is not that of the first certificate in {certificate_path}.")
    return Authority(Issuer(chain[0], key, crl_url, ocsp_url), tuple(chain))


def _address(path: str) -> str:
    return f"{settings.PKI_URL}/{path}" if settings.PKI_URL else ""


def _key_text(key: PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _write_once(path: Path, text: str) -> None:
    """Create a file readable by its owner only; whoever comes second keeps the first one's."""
    draft = _draft(path, text)
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()


def _draft(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    return draft


# --- Our own server certificate ---


def server_certificate(hosts: Sequence[str], *, kind: Literal["ecdsa", "rsa"] = "ecdsa") -> Path:
    """A file with key and certificate chain of a TLS server of these names or addresses, as `SSLContext` loads it.

    Kept until it is near its end, then made anew: what loads it does so again once a day.
    """
    authority, now = stations(), timezone.now()
    about = f"{kind} {' '.join(hosts)} {authority.issuer.certificate.serial_number:x}"
    path = Path(settings.CA_DIR) / f"server-{kind}-{sha256(about.encode()).hexdigest()[:12]}.pem"
    if path.exists() and load_chain(path.read_text())[0].not_valid_after_utc - now > SERVER_RENEWAL:
        return path
    made, key = make_server_certificate(
        hosts,
        issuer=authority.issuer,
        organization=settings.CA_ORGANIZATION,
        kind=kind,
        now=now,
        lifetime=SERVER_LIFETIME,
    )
    draft = _draft(path, _key_text(key) + to_pem(made, *authority.intermediates))
    # Replaced as a whole: whoever reads meanwhile has the old one or the new one.
    draft.replace(path)
    return path


# --- Revocation ---


def revocation_list(*, now: datetime) -> bytes:
    """The DER revocation list of what stations prove themselves with to us."""
    rows = StationCertificate.objects.exclude(revoked_at=None).exclude(serial_number="").filter(not_after__gt=now)
    gone = WithdrawnCertificate.objects.filter(not_after__gt=now)
    ours: list[_Known] = [
        *rows.exclude(purpose__in=_V2G).order_by("id"),
        *gone.exclude(purpose__in=_V2G).order_by("id"),
    ]
    revoked = [Revoked(row.serial_number, row.revoked_at) for row in ours if row.revoked_at is not None]
    made = make_revocation_list(revoked, issuer=stations().issuer, now=now, valid_for=REVOCATION_LIST_VALID)
    return made.public_bytes(Encoding.DER)


def answer_ocsp(asked: bytes, *, now: datetime) -> bytes:
    """The DER answer to a DER OCSP request on one of our certificates; of others we say that we are not the one."""
    try:
        request = ocsp.load_der_ocsp_request(asked)
        serial, algorithm = plain_serial(format(request.serial_number, "x")), request.hash_algorithm
    except (ValueError, NotImplementedError, UnsupportedAlgorithm):
        # The latter: of several certificates at once, or by hashes that nobody uses.
        return _unsuccessful(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
    known: list[_Known] = [
        *StationCertificate.objects.filter(serial_number=serial).exclude(pem=""),
        *WithdrawnCertificate.objects.filter(serial_number=serial),
    ]
    for row in known:
        issuer = for_purpose(Purpose(row.purpose)).issuer
        certificate = load_chain(row.pem)[0]
        if certificate.issuer == issuer.certificate.subject:
            said = StatusSaid(row.revoked_at, now, now + STATUS_VALID, algorithm)
            return answer_status(certificate, issuer=issuer, said=said)
    return _unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED)


def _unsuccessful(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
