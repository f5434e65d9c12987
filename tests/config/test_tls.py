"""TLS of the one-process installation."""

import socket
import ssl
from contextlib import closing

import pytest

from config.embedded import __main__ as embedded
from config.embedded import server, tls
from stations.services import authority

REQUIRED = {
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
}


def test_it_speaks_what_ocpp_demands_and_nothing_older():
    """OCPP 2.0.1 A00.FR.313, A00.FR.318, A00.FR.321."""
    context = tls.make_context()
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert {cipher["name"] for cipher in context.get_ciphers()} >= REQUIRED
    assert context.options & ssl.OP_NO_COMPRESSION


def test_a_client_certificate_is_asked_for_and_may_be_missing():
    context = tls.make_context()
    assert context.verify_mode == ssl.CERT_OPTIONAL
    assert len(context.get_ca_certs()) == len({*authority.roots(), *authority.intermediates()})


def test_the_certificate_names_what_the_installation_answers_to(settings):
    settings.ALLOWED_HOSTS = ["csms.example", ".charge.example", "*"]
    assert tls.hosts()[:2] == ["csms.example", "charge.example"]
    assert {"localhost", "127.0.0.1"} <= set(tls.hosts())


def test_an_own_certificate_goes_first(monkeypatch, tmp_path):
    path = tmp_path / "server.pem"
    path.write_text(authority.server_certificate(["own.example"]).read_text())
    monkeypatch.setenv("TLS_CERTIFICATE", str(path))
    assert tls._server_certificates() == [path]
    tls.make_context()


def test_a_certificate_that_cannot_be_used_is_said_in_words(monkeypatch, tmp_path):
    path = tmp_path / "server.pem"
    path.write_text("no certificate")
    monkeypatch.setenv("TLS_CERTIFICATE", str(path))
    with pytest.raises(SystemExit, match="TLS cannot be set up"):
        tls.Listener(None)


@pytest.mark.parametrize("port", [None, "65535"])
def test_without_a_free_port_there_is_no_tls_and_the_banner_says_so(monkeypatch, port):
    monkeypatch.delenv("TLS_PORT", raising=False)
    with closing(socket.socket()) as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        wanted = int(port) if port else taken.getsockname()[1] - 443
        assert embedded._bind_tls(wanted) is None
    assert "not by TLS" in server.banner(8000, None)
    assert "wss://localhost:8443/ocpp/" in server.banner(8000, 8443)


def test_a_port_that_was_asked_for_has_to_be_free(monkeypatch):
    with closing(socket.socket()) as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        monkeypatch.setenv("TLS_PORT", str(taken.getsockname()[1]))
        with pytest.raises(SystemExit, match="cannot be used"):
            embedded._bind_tls(8000)
