"""A provider of contract certificates behind HTTP."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest

from stations.gateways.contract_certificates import HttpProvider, Wanted, provider
from stations.gateways.outward import Unreachable


@contextmanager
def service(answers, asked):
    """A service with an answer for each path; what it was asked is noted."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((self.path, self.headers["Authorization"], body))
            self.send_response(200 if self.path in answers else 500)
            self.end_headers()
            self.wfile.write(answers.get(self.path, b""))

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()


WANTED = Wanted("urn:iso:15118:2:2013:MsgDef", "Install", "AAAA", 2, ("DE1",))


@pytest.fixture
def http(settings):
    settings.CONTRACT_CERTIFICATES = "stations.gateways.contract_certificates.HttpProvider"
    settings.CONTRACT_CERTIFICATES_TOKEN = "secret"
    return provider()


def test_the_vehicles_request_goes_there_and_the_answer_comes_back(http, settings):
    asked, answer = [], {"exiResponse": "QUJD", "remainingContracts": 1}
    with service({"/v1/contract-certificate": orjson.dumps(answer)}, asked) as url:
        settings.CONTRACT_CERTIFICATES_URL = url
        told = http.contract_certificate(WANTED)
    assert (told.exi, told.remaining, told.problem) == ("QUJD", 1, "")
    ((_, key, body),) = asked
    assert key == "Bearer secret"
    assert body == {
        "schemaVersion": "urn:iso:15118:2:2013:MsgDef",
        "action": "Install",
        "exiRequest": "AAAA",
        "maximumContractCertificateChains": 2,
        "prioritizedEMAIDs": ["DE1"],
    }


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b'{"exiResponse": "not base64!"}',
        b'{"exiResponse": null}',
        b'{"exiResponse": ""}',
    ],
)
def test_an_answer_that_makes_no_sense_is_a_failure_with_a_reason(http, settings, answer):
    with service({"/v1/contract-certificate": answer}, []) as url:
        settings.CONTRACT_CERTIFICATES_URL = url
        told = http.contract_certificate(WANTED)
    assert told.exi == ""
    assert told.problem


def test_an_error_of_the_service_is_a_failure(http, settings):
    with service({}, []) as url:
        settings.CONTRACT_CERTIFICATES_URL = url
        assert "500" in http.contract_certificate(WANTED).problem
        with pytest.raises(Unreachable):
            http.sign("csr")


def test_it_signs_what_vehicles_see(http, settings):
    asked = []
    with service({"/v1/sign": b'{"chain": "PEM"}'}, asked) as url:
        settings.CONTRACT_CERTIFICATES_URL = url
        assert http.sign("csr") == "PEM"
    assert asked[0][2] == {"csr": "csr"}
    assert isinstance(http, HttpProvider)
