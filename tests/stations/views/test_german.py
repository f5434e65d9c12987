"""What a person who reads German gets."""

import pytest
from django.urls import reverse

from drivers.services import people
from tests import factories


@pytest.fixture
def reader(operator):
    people.choose_language(person=operator, language="de")
    return operator


def shown(browser, person, name, *args, **query):
    return browser(person).get(reverse(f"stations:{name}", args=args), query).content.decode()


def test_words_of_every_kind_are_german(browser, reader, station):
    factories.CommandFactory(station=station, state="timeout", error="The charger did not answer in time.")
    page = shown(browser, reader, "command-list")
    for text in ("Befehle", "Keine Antwort", "Die Ladestation antwortete nicht rechtzeitig.", "Betrieb"):
        assert text in page, text


def test_helps_and_problems_of_commands_are_german(browser, reader, station):
    factories.connect(station)
    assert "OCPP-Aktion" in shown(browser, reader, "command-send", station.identity, "call")
    answer = browser(reader).post(
        reverse("stations:command-send", args=[station.identity, "upgrade_security_profile"]),
        {"security_profile": "1", "url": ""},
    )
    assert "braucht ein Passwort" in answer.content.decode() or "Über OCPP" in answer.content.decode()


def test_a_file_says_the_same_in_every_language(browser, operator, session):
    session.ended_at = session.started_at
    session.save()
    files = []
    for language in ("en", "de"):
        people.choose_language(person=operator, language=language)
        answer = browser(operator).get(reverse("stations:session-list"), {"format": "csv"})
        files.append(b"".join(answer.streaming_content))
    assert files[0] == files[1]
