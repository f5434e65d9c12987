"""Requests to addresses that chargers chose."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from stations.gateways import outward
from stations.gateways.outward import Unreachable, fetch


class Quiet(BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@contextmanager
def serving(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def allowed(settings):
    settings.PKI_HOSTS = ["127.0.0.1"]


class Echo(Quiet):
    def do_POST(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode() + b" " + self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self):
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()


def test_an_allowed_host_is_asked(allowed):
    with serving(Echo) as url:
        assert fetch(f"{url}/a?b=c", body=b"hello") == b"/a?b=c hello"


def test_a_redirect_is_not_followed(allowed):
    with serving(Echo) as url, pytest.raises(Unreachable, match="302"):
        fetch(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1:8000/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/",
        "http://192.168.1.1:8080/",
        "http://[fd00::1]/",
        "http://224.0.0.1/",
    ],
)
def test_addresses_inside_a_network_are_not_asked(url, monkeypatch):
    # The guard of the tests looks up no address but those of this machine.
    monkeypatch.setattr("socket.getaddrinfo", lambda host, port, type: [(0, type, 0, "", (host, port))])
    with pytest.raises(Unreachable, match="no public address"):
        fetch(url)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://192.0.2.1/", "//192.0.2.1/", "", "http://", "http://[x/"])
def test_only_http_is_spoken(url):
    with pytest.raises(Unreachable):
        fetch(url)


def test_our_own_responder_may_be_anywhere(settings):
    with serving(Echo) as url:
        settings.PKI_URL = f"{url}/pki"
        assert fetch(f"{url}/pki/ocsp/", body=b"x") == b"/pki/ocsp/ x"
        with pytest.raises(Unreachable):
            fetch(f"{url}/console/", body=b"x")


class Endless(Quiet):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 65536)
        except OSError:
            return


def test_an_endless_answer_is_cut_off(allowed):
    with serving(Endless) as url, pytest.raises(Unreachable, match="more than"):
        fetch(url)


class Dripping(Quiet):
    released = threading.Event()

    def do_GET(self):
        try:
            while not self.released.wait(0.05):
                self.wfile.write(b"H")
        except OSError:
            return


def test_a_host_that_sends_a_byte_now_and_then_does_not_keep_us(allowed, monkeypatch):
    monkeypatch.setattr(outward, "TIMEOUT_S", 0.3)
    with serving(Dripping) as url, pytest.raises(Unreachable):
        fetch(url)
    Dripping.released.set()
