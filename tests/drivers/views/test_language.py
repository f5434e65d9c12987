"""Which language pages are in, and how it is chosen."""

import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import translation

from drivers.language import language_of
from tests import factories

LANGUAGE = reverse("drivers:language")


def language_of_page(client, **headers) -> str:
    page = client.get(reverse("account_login"), headers=headers).content.decode()
    return re.search(r'<html lang="(\w+)"', page)[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "shown"), [("de-AT,de;q=0.9,en;q=0.5", "de"), ("en-GB,en", "en"), ("fr,it", "en"), ("", "en")]
)
def test_a_page_is_in_the_language_that_the_browser_asks_for(client, asked, shown):
    assert language_of_page(client, accept_language=asked) == shown


@pytest.mark.django_db
def test_a_choice_in_this_browser_goes_before_what_it_asks_for(client):
    answer = client.post(LANGUAGE, {"language": "de"}, headers={"referer": "http://testserver/?site=7"})
    assert answer["Location"] == "http://testserver/?site=7"
    assert language_of_page(client, accept_language="en") == "de"


def test_the_choice_of_who_is_signed_in_follows_to_other_browsers(client, operator):
    client.force_login(operator)
    client.post(LANGUAGE, {"language": "de"})
    operator.refresh_from_db()
    assert operator.language == "de"
    client.cookies.clear()
    client.force_login(operator)
    assert 'lang="de"' in client.get(reverse("stations:overview"), headers={"accept-language": "en"}).content.decode()


def test_no_other_language_and_no_other_site_is_taken(client, operator):
    client.force_login(operator)
    answer = client.post(LANGUAGE, {"language": "tlh"}, headers={"referer": "https://elsewhere.example/"})
    operator.refresh_from_db()
    assert (answer["Location"], operator.language) == ("/", "")
    assert client.get(LANGUAGE).status_code == 405


def test_a_letter_is_in_the_language_of_whom_it_goes_to(client, db):
    person = factories.UserFactory(email="karla@example.com", language="de")
    client.post(reverse("account_reset_password"), {"email": person.email}, headers={"accept-language": "en"})
    assert "Passwort" in mail.outbox[0].body


def test_who_has_chosen_no_language_gets_the_one_in_use(db):
    person = factories.UserFactory(email="kim@example.com")
    with translation.override("de"), language_of(person.email):
        assert translation.get_language() == "de"
