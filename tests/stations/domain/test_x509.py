"""What a presented certificate is worth, and how proxies write one."""

import base64
from datetime import timedelta
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone

from stations.domain import x509
from tests.tls import make_pair

ROOT = make_pair("root")
ISSUER = (ROOT.certificate, ROOT.key)
CHARGER = make_pair("CP-1", issuer=ISSUER)


def problem(pair, *, roots=(ROOT.pem,), intermediates=(), now=None):
    return x509.problem_with(x509.read(pair.der), roots=roots, intermediates=intermediates, now=now or timezone.now())


def test_a_valid_one_has_no_problem():
    assert problem(CHARGER) is None
    assert x509.read(CHARGER.der).common_name == "CP-1"


def test_before_and_after_its_time():
    assert "not valid before" in problem(CHARGER, now=timezone.now() - timedelta(days=9))
    assert "expired" in problem(CHARGER, now=timezone.now() + timedelta(days=90))


def test_of_an_unknown_issuer():
    other = make_pair("root")
    assert "issuer" in problem(make_pair("CP-1", issuer=(other.certificate, other.key)))
    assert "issuer" in problem(make_pair("CP-1"))


def test_without_any_root():
    assert "no root" in problem(CHARGER, roots=())


def test_by_an_intermediate_authority():
    between = make_pair("between", issuer=ISSUER, is_authority=True)
    charger = make_pair("CP-1", issuer=(between.certificate, between.key))
    assert problem(charger, intermediates=[between.pem]) is None
    assert "issuer" in problem(charger)


def test_a_charger_is_no_authority():
    """Whoever has a certificate of ours could else make one in anybody's name."""
    forged = make_pair("CP-2", issuer=(CHARGER.certificate, CHARGER.key))
    assert "issuer" in problem(forged, intermediates=[CHARGER.pem])


def test_a_key_that_is_too_short():
    """A00.FR.502."""
    weak = make_pair("CP-1", issuer=ISSUER, key=rsa.generate_private_key(65537, 1024))  # noqa: S505 - on purpose
    assert "1024 bits" in problem(weak)


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"no certificate", CHARGER.der[:-9]])
def test_what_is_none(der):
    with pytest.raises(x509.Unreadable):
        x509.read(der)


@pytest.mark.parametrize(
    "written",
    [
        base64.b64encode(CHARGER.der).decode(),
        ":" + base64.b64encode(CHARGER.der).decode() + ":",
        quote(CHARGER.pem),
        quote(CHARGER.pem, safe=""),
        CHARGER.pem.replace("\n", " "),
        quote("".join(CHARGER.pem.splitlines()[1:-1]), safe=""),
    ],
    ids=["Caddy", "RFC 9440", "nginx", "all escaped", "in one line", "Traefik"],
)
def test_a_certificate_in_a_header(written):
    assert x509.from_header(written.encode()) == CHARGER.der


@pytest.mark.parametrize("written", [b"", b"{http.request.tls.client.certificate_der_base64}", b"\xff\xfe", b"(null)"])
def test_a_header_without_one(written):
    assert x509.from_header(written) is None
