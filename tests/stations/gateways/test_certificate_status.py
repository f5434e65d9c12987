"""Whom we believe on the status of a certificate."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.core.cache import cache

from stations.domain.certificate_hash import hash_data
from stations.gateways.certificate_status import Status, ask_ocsp, ask_revocation_list
from tests.pki import Authority, responder


@pytest.fixture(autouse=True)
def alone(settings):
    settings.PKI_HOSTS = ["127.0.0.1"]
    cache.clear()


@pytest.fixture
def issuer():
    return Authority("Issuer")


def ask(issuer, certificate, *, answering=None, how=ask_ocsp, now=None, known=()):
    """What comes of asking about a certificate of `issuer`, where `answering` has the responder's address."""
    with responder(answering or issuer) as url:
        return how(hash_data(certificate, issuer.certificate), url, now=now or datetime.now(UTC), known=known)


def test_an_answer_of_the_issuer_is_believed(issuer):
    certificate = issuer.issue("One")
    assert ask(issuer, certificate).status is Status.GOOD
    issuer.revoke(certificate)
    cache.clear()
    assert ask(issuer, certificate).status is Status.REVOKED


def test_an_answer_of_somebody_else_is_not(issuer):
    told = ask(issuer, issuer.issue("One"), answering=Authority("Issuer"))
    assert told.status is Status.FAILED
    assert "not signed" in told.problem


def delegate(issuer, *usages):
    """A key with a certificate of the issuer that answers in its place."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Responder")]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    return key, builder.sign(issuer.key, hashes.SHA256())


class Delegated(Authority):
    """Answers with another key and certificate than the issuer's."""

    def __init__(self, issuer, key, certificate):
        self.key, self.certificate, self.issuer = key, certificate, issuer
        self.revoked, self.asked = {}, []


def test_a_responder_that_the_issuer_made_for_this_is_believed(issuer):
    key, certificate = delegate(issuer, ExtendedKeyUsageOID.OCSP_SIGNING)
    told = ask(issuer, issuer.issue("One"), answering=Delegated(issuer, key, certificate), known=(issuer.certificate,))
    assert told.status is Status.GOOD


def test_any_other_certificate_of_the_issuer_must_not_speak_for_it(issuer):
    key, certificate = delegate(issuer)
    assert ask(issuer, issuer.issue("One"), answering=Delegated(issuer, key, certificate)).status is Status.FAILED


def test_a_responder_that_only_claims_the_issuers_name_is_not_believed_where_the_issuer_is_known(issuer):
    key, certificate = delegate(Authority("Issuer"), ExtendedKeyUsageOID.OCSP_SIGNING)
    told = ask(issuer, issuer.issue("One"), answering=Delegated(issuer, key, certificate), known=(issuer.certificate,))
    assert told.status is Status.FAILED


def test_an_answer_is_kept_until_its_next_update(issuer):
    certificate = issuer.issue("One")
    with responder(issuer) as url:
        data = hash_data(certificate, issuer.certificate)
        for minutes in (0, 30, 59):
            ask_ocsp(data, url, now=datetime.now(UTC) + timedelta(minutes=minutes))
        assert len(issuer.asked) == 1
        assert ask_ocsp(data, url, now=datetime.now(UTC) + timedelta(hours=2)).status is Status.FAILED
    assert len(issuer.asked) == 2


class Wrong(Authority):
    """Answers about another certificate."""

    def answer(self, request_der):
        other = ocsp.OCSPRequestBuilder().add_certificate(self.certificate, self.certificate, hashes.SHA256()).build()
        return super().answer(other.public_bytes(Encoding.DER))


def test_an_answer_about_another_certificate_is_none():
    issuer = Wrong("Issuer")
    assert "another certificate" in ask(issuer, issuer.issue("One")).problem


class Silent(Authority):
    def answer(self, request_der):
        return b"nonsense"


def test_nonsense_is_no_answer():
    issuer = Silent("Issuer")
    assert ask(issuer, issuer.issue("One")).status is Status.FAILED


def test_a_list_of_the_issuer_is_believed(issuer):
    good, bad = issuer.issue("Good"), issuer.issue("Bad")
    issuer.revoke(bad)
    known = (issuer.certificate,)
    assert ask(issuer, good, how=ask_revocation_list, known=known).status is Status.GOOD
    assert ask(issuer, bad, how=ask_revocation_list, known=known).status is Status.REVOKED


def test_a_list_of_somebody_else_is_not(issuer):
    told = ask(issuer, issuer.issue("Good"), how=ask_revocation_list, answering=Authority("Other"))
    assert "another issuer" in told.problem
    forged = Authority("Issuer")
    known = (issuer.certificate,)
    told = ask(issuer, issuer.issue("Good"), how=ask_revocation_list, answering=forged, known=known)
    assert "not signed" in told.problem


def test_a_list_that_is_out_of_date_is_none(issuer):
    later = datetime.now(UTC) + timedelta(days=2)
    told = ask(issuer, issuer.issue("Good"), how=ask_revocation_list, now=later)
    assert "out of date" in told.problem
