"""Where a person is signed in, and signing out elsewhere."""

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from channels.db import database_sync_to_async as in_thread
from channels.testing import WebsocketCommunicator
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from drivers.domain.devices import browser_of, system_of
from stations.consumers.live import LiveConsumer
from tests import factories

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
PAGE = "/accounts/sessions/"


@pytest.fixture
def desk(operator):
    return _signed_in(operator, FIREFOX, "198.51.100.7")


@pytest.fixture
def phone(operator):
    return _signed_in(operator, IPHONE, "203.0.113.9")


def _signed_in(person, browser, address):
    client = Client(headers={"User-Agent": browser}, REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": person.email, "password": factories.PASSWORD})
    return client


def is_in(client):
    return client.get("/console/").status_code == 200


@pytest.mark.parametrize(
    ("said", "browser", "system"),
    [
        (FIREFOX, "Firefox", "Linux"),
        (IPHONE, "Safari", "iPhone"),
        (EDGE, "Edge", "Windows"),
        ("curl/8.5.0", "", ""),
    ],
)
def test_a_browser_is_recognized(said, browser, system):
    assert (browser_of(said), system_of(said)) == (browser, system)


def test_each_browser_is_listed_with_its_address(desk, phone):
    page = desk.get(PAGE).content.decode()
    for text in ("Firefox on Linux", "198.51.100.7", "Safari on iPhone", "203.0.113.9", "This one"):
        assert text in page


def test_it_is_seen_again_after_some_minutes_and_no_sooner(desk):
    desk.get("/console/")
    first = UserSession.objects.get().last_seen_at
    desk.get("/console/")
    assert UserSession.objects.get().last_seen_at == first
    cache.clear()
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        desk.get("/console/")
    assert UserSession.objects.get().last_seen_at > first


def test_one_is_signed_out_from_another(desk, phone, operator):
    session = UserSession.objects.get(ip="203.0.113.9")
    desk.post(f"{PAGE}{session.pk}/end/")
    assert is_in(desk)
    assert not is_in(phone)


def test_everything_else_is_signed_out_at_once(desk, phone):
    desk.post(PAGE)
    assert is_in(desk)
    assert not is_in(phone)


def test_nobody_signs_out_others(desk, stranger, client):
    client.force_login(stranger)
    assert client.post(f"{PAGE}{UserSession.objects.get().pk}/end/").status_code == 404
    assert is_in(desk)


def test_a_new_password_ends_all_other_sessions(desk, phone):
    new = {
        "oldpassword": factories.PASSWORD,
        "password1": "correct horse battery",
        "password2": "correct horse battery",
    }
    desk.post("/accounts/password/change/", new)
    assert is_in(desk)
    assert not is_in(phone)


@pytest.mark.django_db(transaction=True)
async def test_an_open_page_of_a_session_that_was_ended_is_closed(operator):
    client = await in_thread(_signed_in)(operator, FIREFOX, "198.51.100.7")
    page = WebsocketCommunicator(LiveConsumer.as_asgi(), "/live/")
    page.scope |= {"user": operator, "session": await in_thread(lambda: client.session)()}
    assert (await page.connect())[0]
    await page.send_json_to({"listen": []})
    assert await page.receive_json_from() == {"listening": []}
    other = await in_thread(_signed_in)(operator, IPHONE, "203.0.113.9")
    await in_thread(other.post)(PAGE)
    assert (await page.receive_output(5))["type"] == "websocket.close"
