"""Which signing requests are signed, and what comes of them."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from stations.domain.certificates import Purpose
from stations.domain.x509_issue import (
    Revoked,
    StatusSaid,
    answer_status,
    make_revocation_list,
    make_root,
    make_server_certificate,
    sign_request,
)
from stations.domain.x509_read import BadRequest, Unreadable, check_request, common_name, is_issued_by, load_chain

NOW = datetime(2026, 5, 4, tzinfo=UTC)
YEAR = timedelta(days=365)


def request_of(name="SN-1", *, key=None, algorithm=None, organization=None):
    key = key or ec.generate_private_key(ec.SECP256R1())
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else []
    if organization:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
    return builder.sign(key, algorithm or hashes.SHA256()).public_bytes(Encoding.PEM).decode()


@pytest.fixture(scope="module")
def root():
    return make_root("Root", organization="Volta", now=NOW)


def check(pem, purpose=Purpose.STATION, names=frozenset({"SN-1"})):
    return check_request(pem, purpose=purpose, names=names)


def test_a_request_in_the_stations_name_is_good():
    assert common_name(check(request_of()).subject) == "SN-1"


@pytest.mark.parametrize(
    ("pem", "why"),
    [
        ("nonsense", "no signing request"),
        ("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----", "no signing request"),
        (request_of("SN-2"), "SN-2"),
        (request_of(""), "no commonName"),
        (request_of(key=ec.generate_private_key(ec.SECP192R1())), "192 bits"),
        (request_of(key=rsa.generate_private_key(65537, 1024)), "1024 bits"),  # noqa: S505 - weak is the point
    ],
    ids=["no PEM", "no request", "another's name", "no name", "weak curve", "weak RSA key"],
)
def test_a_bad_request_is_refused_with_the_reason(pem, why):
    with pytest.raises(BadRequest, match=why):
        check(pem)


def test_a_key_of_another_kind_is_refused():
    builder = x509.CertificateSigningRequestBuilder()
    named = builder.subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "SN-1")]))
    pem = named.sign(ed25519.Ed25519PrivateKey.generate(), None).public_bytes(Encoding.PEM).decode()
    with pytest.raises(BadRequest, match="kind"):
        check(pem)


def test_a_request_that_was_tampered_with_is_refused():
    good = x509.load_pem_x509_csr(request_of().encode()).public_bytes(Encoding.DER)
    forged = x509.load_der_x509_csr(good.replace(b"SN-1", b"SN-2")).public_bytes(Encoding.PEM).decode()
    with pytest.raises(BadRequest, match="not signed with its own key"):
        check(forged, names=frozenset({"SN-2"}))


def test_vehicles_take_no_rsa():
    pem = request_of(key=rsa.generate_private_key(65537, 2048))
    assert check(pem)
    with pytest.raises(BadRequest):
        check(pem, Purpose.V2G, None)


def test_a_certificate_has_the_name_asked_for_and_our_organization(root):
    request = check(request_of(organization="Somebody else"))
    made = sign_request(request, issuer=root, organization="Volta", now=NOW, lifetime=YEAR)
    assert common_name(made.subject) == "SN-1"
    assert made.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "Volta"
    assert is_issued_by(made, root.certificate)
    assert made.public_key() == request.public_key()
    assert made.not_valid_after_utc == NOW + YEAR
    assert made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False


def test_no_certificate_outlives_its_root(root):
    made = sign_request(check(request_of()), issuer=root, organization="V", now=NOW, lifetime=100 * YEAR)
    assert made.not_valid_after_utc == root.certificate.not_valid_after_utc


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_a_server_certificate_names_hosts_and_addresses(root, kind):
    made, key = make_server_certificate(
        ["csms.example", "192.0.2.7"], issuer=root, organization="V", kind=kind, now=NOW, lifetime=YEAR
    )
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["csms.example"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["192.0.2.7"]
    assert made.public_key() == key.public_key()


def test_a_revocation_list_holds_the_serial_numbers(root):
    made = make_revocation_list([Revoked("1f", NOW)], issuer=root, now=NOW, valid_for=timedelta(days=1))
    assert made.is_signature_valid(root.certificate.public_key())
    assert made.get_revoked_certificate_by_serial_number(0x1F) is not None
    assert made.get_revoked_certificate_by_serial_number(0x20) is None


@pytest.mark.parametrize(
    ("revoked_at", "status"), [(None, ocsp.OCSPCertStatus.GOOD), (NOW, ocsp.OCSPCertStatus.REVOKED)]
)
def test_a_status_answer_says_whether_it_was_revoked(root, revoked_at, status):
    made = sign_request(check(request_of()), issuer=root, organization="V", now=NOW, lifetime=YEAR)
    said = StatusSaid(revoked_at, NOW, NOW + timedelta(hours=1), hashes.SHA256())
    answer = ocsp.load_der_ocsp_response(answer_status(made, issuer=root, said=said))
    assert answer.certificate_status == status
    assert answer.serial_number == made.serial_number


@pytest.mark.parametrize("pem", ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])
def test_what_is_no_certificate_is_said_to_be_none(pem):
    with pytest.raises(Unreadable):
        load_chain(pem)
