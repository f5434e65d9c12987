"""Letters, by the real protocol."""

import pytest

from monitoring.notifiers import email
from monitoring.notifiers.base import Message, Undelivered

MESSAGE = Message("i1.e2", "Süd: CP-1 is faulted", "Look at it.", html="<p>Look at it.</p>", thread="incident.1")


def test_a_letter_has_text_and_html_and_the_same_id_each_time(mail):
    for _ in range(2):
        email.send(MESSAGE, ["a@volta.example", "b@volta.example"])
    [first, second] = mail.letters
    assert first["Subject"] == "Süd: CP-1 is faulted"
    assert first["Message-ID"] == second["Message-ID"]
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html"]
    assert first["To"] == "a@volta.example, b@volta.example"


@pytest.mark.parametrize(("code", "is_final"), [(550, True), (451, False)])
def test_an_address_that_is_refused_for_good_is_given_up(mail, code, is_final):
    mail.refuses = code
    with pytest.raises(Undelivered) as refusal:
        email.send(MESSAGE, ["a@volta.example"])
    assert refusal.value.is_final is is_final


def test_a_mail_server_that_is_away_is_worth_another_try(mail):
    mail.shutdown()
    mail.server_close()
    with pytest.raises(Undelivered) as refusal:
        email.send(MESSAGE, ["a@volta.example"])
    assert not refusal.value.is_final
