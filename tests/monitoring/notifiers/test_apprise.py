"""The one door to apprise lets through what leads to a service, and nothing else."""

import pytest

from monitoring.notifiers import apprise
from monitoring.notifiers.base import Message, Undelivered
from tests.monitoring.sinks import WebServer, running

GOOD = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general"
MESSAGE = Message("i1.e2", "Subject", "Text")


def test_only_the_service_of_an_address_is_shown():
    assert apprise.check(GOOD) == "slack://…"


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "json://localhost/x",
        "syslog://",
        "mailto://user:pass@example.com",
        f"{GOOD}?template=/etc/passwd",
        f"{GOOD}?rto=1000",
        "mmost://127.0.0.1/token12345",
        f"{GOOD}?%74emplate=/etc/passwd",
        "gotify://127.0.0.9/token12345",
    ],
)
def test_what_reads_files_or_reaches_inside_is_refused(url):
    with pytest.raises(apprise.Unusable):
        apprise.check(url)


@pytest.mark.parametrize(("status", "is_final"), [(500, False), (401, True)])
def test_a_service_that_refuses_says_so(settings, status, is_final):
    settings.NOTIFY_HOSTS = ["127.0.0.1"]
    with running(WebServer()) as server:
        server.statuses = [status]
        with pytest.raises(Undelivered, match=str(status)) as refusal:
            apprise.send(MESSAGE, f"gotify://127.0.0.1:{server.server_address[1]}/token12345")
    assert refusal.value.is_final is is_final


def test_a_service_is_told(settings):
    settings.NOTIFY_HOSTS = ["127.0.0.1"]
    with running(WebServer()) as server:
        apprise.send(MESSAGE, f"gotify://127.0.0.1:{server.server_address[1]}/token12345")
        [(_headers, body)] = server.posts
    assert b"Subject" in body
