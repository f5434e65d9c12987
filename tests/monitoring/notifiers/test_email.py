"""Letters, by the real protocol."""

import pytest

from monitoring.notifiers import email
from monitoring.notifiers.base import Message, Undelivered
from tests.monitoring.sinks import MailServer, running

MESSAGE = Message("i1.e2", "Süd: CP-1 is faulted", "Look at it.", html="<p>Look at it.</p>", thread="incident.1")


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    with running(MailServer()) as found:
        settings.EMAIL_PORT = found.server_address[1]
        yield found


def test_a_letter_has_text_and_html_and_the_same_id_each_time(server):
    for _ in range(2):
        email.send(MESSAGE, ["a@volta.example", "b@volta.example"])
    [first, second] = server.letters
    assert first["Subject"] == "Süd: CP-1 is faulted"
    assert first["Message-ID"] == second["Message-ID"]
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html"]
    assert first["To"] == "a@volta.example, b@volta.example"


@pytest.mark.parametrize(("code", "is_final"), [(550, True), (451, False)])
def test_an_address_that_is_refused_for_good_is_given_up(server, code, is_final):
    server.refuses = code
    with pytest.raises(Undelivered) as refusal:
        email.send(MESSAGE, ["a@volta.example"])
    assert refusal.value.is_final is is_final


def test_a_mail_server_that_is_away_is_worth_another_try(server):
    server.shutdown()
    server.server_close()
    with pytest.raises(Undelivered) as refusal:
        email.send(MESSAGE, ["a@volta.example"])
    assert not refusal.value.is_final
