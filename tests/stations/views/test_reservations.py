"""The station's page of reservations, and the forms that lead to and from it."""

from datetime import timedelta

import orjson
from django.urls import reverse
from django.utils import timezone

from stations.models import Command
from tests import factories


def page(browser, person, station):
    return browser(person).get(reverse("stations:station-reservations", args=[station.identity]))


def test_a_reservation_shows_whom_the_place_is_kept_for(browser, operator, station):
    factories.ReservationFactory(station=station, id_token="CARD-77", evse_number=1, group_id_token="FLEET")
    text = page(browser, operator, station).content.decode()
    assert "CARD-77" in text
    assert "group FLEET" in text
    assert "Kept" in text


def test_the_stations_word_stands_beside_a_refusal(browser, operator, station):
    factories.ReservationFactory(station=station, state="rejected", answer="Occupied")
    text = page(browser, operator, station).content.decode()
    assert "Refused" in text
    assert "Occupied" in text


def test_only_a_live_reservation_can_be_cancelled(browser, operator, station):
    factories.ReservationFactory(station=station, wire_id=41)
    factories.ReservationFactory(station=station, wire_id=42, state="used")
    text = page(browser, operator, station).content.decode()
    assert "reservation_id=41" in text
    assert "reservation_id=42" not in text


def test_who_may_not_see_sessions_sees_no_reservations(browser, viewer, station):
    factories.ReservationFactory(station=station, id_token="CARD-77")
    assert "CARD-77" not in page(browser, viewer, station).content.decode()


def test_the_form_reserves_for_as_long_as_it_says(browser, operator, station):
    factories.connect(station)
    data = {"id_token": "CARD-77", "evse": "1", "expires_at": "30"}
    answer = browser(operator).post(reverse("stations:command-send", args=[station.identity, "reserve"]), data)
    assert answer.status_code == 302
    values = orjson.loads(Command.objects.get(kind="reserve").payload)
    ends_in = timezone.datetime.fromisoformat(values.pop("expires_at")) - timezone.now()
    assert timedelta(minutes=29) < ends_in <= timedelta(minutes=30)
    assert values == {"id_token": "CARD-77", "evse": 1}
