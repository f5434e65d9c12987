"""/reservations/"""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations.models import Command, Reservation
from tests import factories

URL = "/api/v1/reservations/"


@pytest.fixture
def body(station):
    expires_at = (timezone.now() + timedelta(hours=1)).isoformat()
    return {"station": station.identity, "id_token": "CARD-1", "evse": 1, "expires_at": expires_at}


def test_a_reservation_is_a_row_and_a_command_under_one_number(api, operator, station, body):
    factories.connect(station)
    made = api(operator).post(URL, body, format="json")
    assert (made.status_code, made.json()["state"]) == (201, "requested")
    command = Command.objects.get(kind="reserve")
    assert made.json()["command"] == command.pk
    assert f'"reservation_id":{made.json()["id"]}' in command.payload
    assert made.json()["requested_by"] == operator.email


def test_nothing_is_reserved_at_a_station_that_is_offline(api, operator, body):
    assert api(operator).post(URL, body, format="json").status_code == 409
    assert not Reservation.objects.exists()


def test_a_reservation_needs_an_end(api, operator, station, body):
    factories.connect(station)
    answer = api(operator).post(URL, body | {"expires_at": None}, format="json")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/expires_at")


def test_a_number_given_by_hand_at_another_station_does_not_hide_ours(api, operator, station, site):
    ours = factories.ReservationFactory(station=station, wire_id=None)
    Reservation.objects.filter(pk=ours.pk).update(wire_id=ours.pk)
    other = factories.StationFactory(site=site)
    factories.ReservationFactory(station=other, wire_id=ours.pk)
    client = api(operator)
    assert client.get(f"{URL}{ours.pk}/").json()["station"] == station.identity
    assert client.get(f"{URL}{ours.pk}/?station={other.identity}").json()["station"] == other.identity


def test_a_number_that_no_integer_holds_is_not_found(api, operator):
    assert api(operator).get(f"{URL}{'9' * 30}/").status_code == 404


def test_reservations_are_filtered_by_state_and_token(api, operator, station):
    factories.ReservationFactory(station=station, wire_id=1, id_token="CARD-1")
    factories.ReservationFactory(station=station, wire_id=2, id_token="CARD-2", state="used")
    client = api(operator)
    numbers = [
        [row["id"] for row in client.get(f"{URL}?{query}").json()["results"]]
        for query in ("state=used", "id_token=card-1", "state=used&state=accepted", f"station={station.identity}")
    ]
    assert numbers == [[2], [1], [2, 1], [2, 1]]


def test_deleting_asks_the_charger_and_keeps_the_row(api, operator, station):
    factories.connect(station)
    factories.ReservationFactory(station=station, wire_id=5)
    assert api(operator).delete(f"{URL}5/").status_code == 204
    assert Command.objects.get().payload == '{"reservation_id":5}'
    assert Reservation.objects.get().state == "accepted"


def test_a_helpline_reserves_for_a_driver(api, support, station, body):
    factories.connect(station)
    assert api(support).post(URL, body, format="json").status_code == 201


def test_who_only_looks_at_the_network_reserves_and_sees_nothing(api, viewer, station, body):
    factories.connect(station)
    factories.ReservationFactory(station=station, wire_id=5)
    client = api(viewer)
    assert client.post(URL, body, format="json").status_code == 403
    assert client.get(URL).json()["results"] == []
    assert client.delete(f"{URL}5/").status_code == 404
