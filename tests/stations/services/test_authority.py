"""The installation's own certificate authority."""

import ssl
import stat
import threading
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp
from django.utils import timezone

from stations.domain.certificates import Purpose
from stations.domain.x509_read import check_request, common_name, describe, is_issued_by, load_chain, to_pem
from stations.services import authority
from tests import factories
from tests.pki import Authority, signing_request


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.CA_DIR = tmp_path / "keys" / "ca"
    return settings.CA_DIR


def test_it_is_made_at_first_use_and_stays(own_folder):
    first = authority.roots()
    assert authority.roots() == first
    assert load_chain(first[0])[0].extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_its_key_is_its_owners_alone(own_folder):
    authority.stations()
    assert [stat.S_IMODE(path.stat().st_mode) for path in own_folder.iterdir()] == [0o600]
    assert stat.S_IMODE(own_folder.stat().st_mode) == 0o700


def test_two_first_users_end_up_with_one(own_folder):
    found = []
    threads = [threading.Thread(target=lambda: found.append(authority.roots()[0])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert [path.name for path in own_folder.iterdir()] == ["stations.pem"]


def test_vehicles_have_another_root():
    assert to_pem(authority.v2g().root) not in authority.roots()


def sign(purpose=Purpose.STATION):
    request = check_request(signing_request(), purpose=purpose)
    return authority.sign(request, purpose=purpose, organization="Volta", now=timezone.now())


def test_an_own_authority_signs_and_sends_what_leads_to_its_root(settings, tmp_path):
    root = Authority("Operator root")
    issuing = Authority("Operator issuing", parent=root)
    (tmp_path / "chain.pem").write_text(issuing.pem + root.pem)
    key = issuing.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(key)
    settings.CA_CERTIFICATE, settings.CA_KEY = str(tmp_path / "chain.pem"), str(tmp_path / "key.pem")
    chain = sign()
    assert [common_name(certificate.subject) for certificate in chain] == ["CP-1", "Operator issuing"]
    assert is_issued_by(chain[0], chain[1])
    assert authority.roots() == [root.pem]
    assert authority.intermediates() == [issuing.pem]


@pytest.mark.parametrize("content", ["", "nonsense"])
def test_unusable_files_are_named(settings, tmp_path, content):
    (tmp_path / "x.pem").write_text(content)
    settings.CA_CERTIFICATE = settings.CA_KEY = str(tmp_path / "x.pem")
    with pytest.raises(authority.BadAuthority, match=r"x\.pem"):
        authority.stations()


def test_a_key_of_somebody_else_is_refused(settings, tmp_path):
    one, other = Authority("One"), Authority("Other")
    key = other.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "x.pem").write_text(one.pem + key.decode())
    settings.CA_CERTIFICATE = settings.CA_KEY = str(tmp_path / "x.pem")
    with pytest.raises(authority.BadAuthority, match="not that of the first certificate"):
        authority.stations()


@pytest.mark.parametrize("kind", ["ecdsa", "rsa"])
def test_a_server_loads_its_certificate_and_gets_the_same_again(kind):
    path = authority.server_certificate(["localhost", "127.0.0.1"], kind=kind)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert authority.server_certificate(["localhost", "127.0.0.1"], kind=kind) == path
    assert is_issued_by(load_chain(path.read_text())[0], load_chain(authority.roots()[0])[0])


def test_a_server_certificate_near_its_end_is_made_anew(monkeypatch):
    before = authority.server_certificate(["localhost"]).read_text()
    monkeypatch.setattr(authority, "SERVER_RENEWAL", timedelta(days=366))
    assert authority.server_certificate(["localhost"]).read_text() != before


def issued(**fields):
    certificate = sign()[0]
    told = describe(certificate)
    return certificate, factories.StationCertificateFactory(
        pem=to_pem(certificate), serial_number=told.serial_number, fingerprint=told.fingerprint, **fields
    )


@pytest.mark.django_db
def test_the_revocation_list_names_what_was_revoked_and_still_runs():
    now = timezone.now()
    _, revoked = issued(revoked_at=now, status="revoked")
    _, good = issued()
    _, over = issued(revoked_at=now, status="revoked", not_after=now)
    found = x509.load_der_x509_crl(authority.revocation_list(now=now))
    assert found.is_signature_valid(load_chain(authority.roots()[0])[0].public_key())
    numbers = {format(entry.serial_number, "x") for entry in found}
    assert numbers == {revoked.serial_number}
    assert good.serial_number not in numbers
    assert over.serial_number not in numbers


def ask(certificate, algorithm=None):
    root = load_chain(authority.roots()[0])[0]
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, root, algorithm or hashes.SHA256()).build()
    answer = authority.answer_ocsp(request.public_bytes(Encoding.DER), now=timezone.now())
    return ocsp.load_der_ocsp_response(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("algorithm", [hashes.SHA1(), hashes.SHA256()], ids=["sha1", "sha256"])  # noqa: S303
def test_a_good_certificate_is_said_to_be_good_in_the_askers_terms(algorithm):
    certificate, _ = issued()
    answer = ask(certificate, algorithm)
    assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert answer.hash_algorithm.name == algorithm.name


@pytest.mark.django_db
def test_a_revoked_certificate_is_said_to_be_revoked():
    certificate, _ = issued(revoked_at=timezone.now(), status="revoked")
    assert ask(certificate).certificate_status is ocsp.OCSPCertStatus.REVOKED


@pytest.mark.django_db
def test_of_other_peoples_certificates_nothing_is_said():
    assert ask(sign()[0]).response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED
    answer = ocsp.load_der_ocsp_response(authority.answer_ocsp(b"nonsense", now=timezone.now()))
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_certificates_say_where_their_status_is_told(settings):
    settings.PKI_URL = "https://csms.example/pki"
    certificate = sign()[0]
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert points[0].full_name[0].value == "https://csms.example/pki/stations.crl"
    access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert access[0].access_location.value == "https://csms.example/pki/ocsp/"


def _two_at_once(der):
    """An OCSP request on one certificate, made one on the same certificate twice."""

    def wrapped(content):
        length = bytes([len(content)]) if len(content) < 128 else bytes([0x81, len(content)])
        return b"\x30" + length + content

    # Request, requestList, TBSRequest and OCSPRequest lie in each other.
    one = der[6:]
    return wrapped(wrapped(wrapped(one + one)))


def test_an_ocsp_request_that_nobody_can_answer_is_said_to_be_malformed():
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(b"n" * 20, b"k" * 20, 4711, hashes.SHA1())  # noqa: S303
    der = builder.build().public_bytes(Encoding.DER)
    other_hash = der.replace(bytes.fromhex("06052b0e03021a"), bytes.fromhex("06052b0e03021b"))
    for asked in (_two_at_once(der), other_hash, b"", b"nonsense"):
        answer = ocsp.load_der_ocsp_response(authority.answer_ocsp(asked, now=timezone.now()))
        assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
