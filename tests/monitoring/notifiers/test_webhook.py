"""Webhooks are signed, and lead to nobody's own network."""

import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from monitoring.notifiers import webhook
from monitoring.notifiers.base import Message, Undelivered
from tests.monitoring.sinks import WebServer, running

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
MESSAGE = Message("i1.e2", "Subject", "Text", data={"kind": "test"})


@pytest.fixture
def server(settings):
    settings.NOTIFY_HOSTS = ["127.0.0.1"]
    with running(WebServer()) as found:
        yield found


def test_its_signature_is_of_the_time_and_the_body(server):
    webhook.send(MESSAGE, server.url, b"secret", now=NOW)
    [(headers, body)] = server.posts
    parts = dict(part.split("=", 1) for part in headers[webhook.SIGNATURE].split(","))
    signed = hmac.new(b"secret", f"{int(NOW.timestamp())}.".encode() + body, hashlib.sha256).hexdigest()
    assert parts == {"t": str(int(NOW.timestamp())), "v1": signed}
    assert body == b'{"id":"i1.e2","kind":"test"}'


@pytest.mark.parametrize(("status", "is_final"), [(500, False), (429, False), (302, True), (404, True)])
def test_what_may_pass_is_worth_another_try(server, status, is_final):
    server.statuses = [status]
    with pytest.raises(Undelivered) as refusal:
        webhook.send(MESSAGE, server.url, b"secret", now=NOW)
    assert refusal.value.is_final is is_final


@pytest.mark.parametrize("url", ["http://127.0.0.1/x", "http://[::1]/x", "http://localhost/x", "file:///etc/passwd"])
def test_nothing_is_posted_inside_our_own_network(url):
    with pytest.raises(Undelivered):
        webhook.send(MESSAGE, url, b"secret", now=NOW)


def test_the_address_is_not_told_since_it_may_hold_a_secret(server):
    server.server_close()
    with pytest.raises(Undelivered) as refusal:
        webhook.send(MESSAGE, server.url.replace("/hook", "/T0P-S3CRET"), b"secret", now=NOW)
    assert "T0P-S3CRET" not in str(refusal.value)
