"""TLS for tests: the installation's own authority, chargers' certificates from it, and a server that listens by TLS."""

import base64
import socket
import ssl
from dataclasses import dataclass
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.apps import apps
from django.utils import timezone
from websockets.asyncio.client import connect as dial
from websockets.exceptions import InvalidStatus

from stations.domain.certificates import CertificateStatus, Purpose
from stations.domain.credentials import hash_password
from stations.models import StationCertificate
from stations.services import authority
from stations.simulator.charger import VirtualCharger
from stations.simulator.profile import Profile
from tests import factories
from tests.server import running


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint(self) -> str:
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def make_pair(
    common_name, *, issuer=None, starts=timedelta(days=-1), ends=timedelta(days=30), key=None, is_authority=False
):
    """A certificate for a charger. `issuer`: (certificate, key); without one it signs itself, as its own root."""
    key, now = key or ec.generate_private_key(ec.SECP256R1()), timezone.now()
    name = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )
    signer = issuer or (None, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(signer[0].subject if signer[0] else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + starts)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=is_authority or issuer is None, path_length=None), critical=True)
    )
    return Pair(builder.sign(signer[1], hashes.SHA256()), key)


def of_ours(common_name, **times):
    """A certificate that this installation's own authority signed."""
    issuer = authority.stations().issuer
    return make_pair(common_name, issuer=(issuer.certificate, issuer.key), **times)


def register(station, pair, status=CertificateStatus.ACTIVE, purpose=Purpose.STATION):
    """The row of a certificate that was made here for `station`."""
    return StationCertificate.objects.create(
        station=station,
        purpose=purpose,
        status=status,
        common_name=pair.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value,
        serial_number=f"{pair.certificate.serial_number:x}",
        fingerprint=pair.fingerprint,
        not_before=pair.certificate.not_valid_before_utc,
        not_after=pair.certificate.not_valid_after_utc,
        pem=pair.pem,
        requested_at=timezone.now(),
    )


def client_context(directory, pair=None, *, newest=None, oldest=None, ciphers=None):
    """What a charger dials with: it trusts our roots, and has a client certificate where `pair` is given."""
    context = ssl.create_default_context(cadata="".join(authority.roots()))
    if newest is not None:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = newest
    if oldest is not None:
        context.minimum_version = oldest
    if ciphers is not None:
        context.set_ciphers(ciphers)
    if pair is not None:
        path = directory / f"{pair.fingerprint[:12]}.pem"
        key = pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        path.write_text(key + pair.pem)
        context.load_cert_chain(path)
    return context


@pytest.fixture
def secure_server(transactional_db):
    with running(secure=True) as server:
        yield server


# Hex digits, as an AuthorizationKey of OCPP 1.6 is written.
PASSWORD = "0011223344556677889900112233445566778899"


@pytest.fixture
def make_protected(depot, database):
    """A station CP-1 with the password PASSWORD and a security profile."""

    def make(profile=1, **fields):
        made = factories.StationFactory
        known = {"site": depot, "identity": "CP-1", "password_hash": hash_password(PASSWORD)}
        return database.at_once(lambda: made(**known | {"security_profile": profile} | fields))

    return make


@pytest.fixture
def secure_connect(secure_server, tmp_path):
    """`secure_connect("ocpp1.6", pair=…, password=…)` is a virtual charger CP-1 that comes by TLS, not connected yet.

    Its station is the test's to make. `plain=True`: it comes without TLS.
    """

    def make(protocol, *, pair=None, plain=False, identity="CP-1", **profile):
        context = None if plain else client_context(tmp_path, pair)
        habits = {"identity": identity, "protocol": protocol, "id_tokens": ("CARD-1",), "reboot_s": 0.1}
        url = secure_server.ocpp if plain else secure_server.secure_ocpp
        return VirtualCharger(Profile(**habits | profile), url=url, tls=context)

    return make


def basic(username, password):
    """An Authorization header; the password may be any bytes."""
    return "Basic " + base64.b64encode(username.encode() + b":" + password).decode()


def header_of(pair):
    """The certificate as our proxy sends it."""
    return base64.b64encode(pair.der).decode()


def server_pem(host, port, context):
    """The certificate that a server shows to a client with `context`."""
    with socket.create_connection((host, port)) as plain, context.wrap_socket(plain, server_hostname=host) as wrapped:
        return ssl.DER_cert_to_PEM_cert(wrapped.getpeercert(binary_form=True))


def rows_that_hold(text):
    """Every row of every table of ours that holds `text` in any column, as text or as bytes."""
    return [
        row
        for model in apps.get_app_config("stations").get_models()
        for row in model._default_manager.values()
        if any(text in str(value) or text.encode() in _bytes(value) for value in row.values())
    ]


def _bytes(value):
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


async def refusal(charger):
    """The HTTP status that the charger's next connection is refused with."""
    try:
        await charger.link.connect()
    except InvalidStatus as refused:
        return refused.response.status_code
    await charger.link.close()
    raise AssertionError("The charger was let in.")


async def answer_to(url, *, subprotocols=("ocpp1.6",), headers=None, context=None):
    """The HTTP response to a raw handshake; 101 where it is completed."""
    try:
        async with dial(
            url, subprotocols=subprotocols, additional_headers=headers or {}, ssl=context, proxy=None
        ) as socket:
            return socket.response
    except InvalidStatus as refused:
        return refused.response
