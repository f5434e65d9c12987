"""/stations/{identity}/calls/, /stations/{identity}/commands/ and /commands/"""

import threading
import time

import orjson
import pytest
from django.db import connection

from stations.domain.commands import CommandState
from stations.domain.secrets import MASK
from stations.models import Command
from tests import factories

COMMANDS = "/api/v1/commands/"


def to(station, what):
    return f"/api/v1/stations/{station.identity}/{what}/"


@pytest.fixture
def connected(station):
    factories.connect(station, "ocpp1.6")
    return station


@pytest.fixture
def client(api, operator):
    return api(operator)


def test_a_call_becomes_a_queued_command(client, connected, operator):
    response = client.post(to(connected, "calls"), {"action": "ClearCache", "payload": {}})
    assert response.status_code == 202
    shown = response.json()
    assert (
        shown.items()
        >= {
            "station": connected.identity,
            "kind": "call",
            "action": "ClearCache",
            "payload": {},
            "state": "queued",
            "result": None,
            "requested_by": operator.email,
            "sent_at": None,
            "finished_at": None,
        }.items()
    )
    assert client.get(f"{COMMANDS}{shown['id']}/").json() == shown


def test_ids_are_not_second_guessed_and_absent_stays_absent(client, connected):
    payload = {"connectorId": 4711, "type": "Inoperative"}
    response = client.post(to(connected, "calls"), {"action": "ChangeAvailability", "payload": payload})
    assert response.status_code == 202
    assert orjson.loads(Command.objects.get().payload)["payload"] == payload


def test_members_keep_their_order(client, connected):
    body = b'{"payload": {"type": "Soft"}, "action": "Reset"}'
    client.generic("POST", to(connected, "calls"), body, "application/json")
    text = '{"vendorId":"a","data":"z","messageId":"m"}'
    body = f'{{"action": "DataTransfer", "payload": {text}}}'
    response = client.generic("POST", to(connected, "calls"), body, "application/json")
    assert text in Command.objects.get(pk=response.json()["id"]).payload
    assert list(response.json()["payload"]) == ["vendorId", "data", "messageId"]


@pytest.mark.parametrize(
    ("action", "payload", "said"),
    [
        ("ClearCache", {"extra": 1}, "ClearCache"),
        ("Reset", {}, "Reset"),
        ("Reset", {"type": "Gently"}, "Reset"),
        ("BootNotification", {"chargePointVendor": "a", "chargePointModel": "b"}, "no request"),
        ("Nonsense", {}, "no request"),
    ],
)
def test_a_call_must_fit_its_schema(client, connected, action, payload, said):
    response = client.post(to(connected, "calls"), {"action": action, "payload": payload})
    assert response.status_code == 400
    assert said in response.json()["detail"]
    assert not Command.objects.exists()


@pytest.mark.parametrize("body", [{}, {"action": "Reset"}, {"action": "Reset", "payload": []}, [], "Reset", None])
def test_a_call_needs_action_and_payload(client, connected, body):
    assert client.post(to(connected, "calls"), body).status_code == 400


def test_a_charger_that_is_not_connected_is_a_conflict(client, station):
    response = client.post(to(station, "calls"), {"action": "ClearCache", "payload": {}})
    assert response.status_code == 409
    assert station.identity in response.json()["detail"]
    assert not Command.objects.exists()


def test_a_call_may_wait_for_a_charger(client, station):
    response = client.post(to(station, "calls"), {"action": "ClearCache", "payload": {}, "queue": True})
    assert (response.status_code, response.json()["state"]) == (202, "queued")


def test_a_charger_that_never_came_speaks_no_version(client, site):
    new = factories.StationFactory(site=site, protocol="")
    response = client.post(to(new, "calls"), {"action": "ClearCache", "payload": {}, "queue": True})
    assert response.status_code == 400


def test_secrets_are_masked(client, connected):
    payload = {"key": "AuthorizationKey", "value": "0123456789abcdef"}
    response = client.post(to(connected, "calls"), {"action": "ChangeConfiguration", "payload": payload})
    assert response.json()["payload"] == {"key": "AuthorizationKey", "value": MASK}
    assert "0123456789abcdef" not in Command.objects.get().payload


@pytest.mark.parametrize("wait", ["-1", "31", "soon", "nan"])
def test_nonsense_to_wait_for_is_refused(client, connected, wait):
    response = client.post(to(connected, "calls") + f"?wait={wait}", {"action": "ClearCache", "payload": {}})
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "wait"
    assert not Command.objects.exists()


def test_without_an_outcome_in_time_it_is_still_open(client, connected):
    response = client.post(to(connected, "calls") + "?wait=0.2", {"action": "ClearCache", "payload": {}})
    assert (response.status_code, response.json()["state"]) == (202, "queued")


@pytest.mark.django_db(transaction=True)
def test_waiting_ends_with_the_outcome(client, connected):
    charger = threading.Thread(target=_answer_the_next_command)
    charger.start()
    before = time.monotonic()
    response = client.post(to(connected, "calls") + "?wait=30", {"action": "ClearCache", "payload": {}})
    charger.join()
    assert response.status_code == 200
    assert response.json().items() >= {"state": "accepted", "result": {"status": "Accepted"}}.items()
    assert time.monotonic() - before < 25


def _answer_the_next_command():
    deadline = time.monotonic() + 20
    while not Command.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    Command.objects.update(state=CommandState.ACCEPTED, result='{"status":"Accepted"}')
    connection.close()


def test_a_neutral_command_is_requested(client, connected):
    response = client.post(to(connected, "commands"), {"kind": "reset", "type": "soft"})
    assert response.status_code == 202
    assert response.json().items() >= {"kind": "reset", "payload": {"type": "soft"}, "state": "queued"}.items()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "reset"}, "#/type"),
        ({"kind": "reset", "type": "gently"}, "#/type"),
        ({"kind": "reset", "type": "soft", "evse": "one"}, "#/evse"),
        ({"kind": "clear_cache", "evse": 1}, "#/evse"),
        ({"kind": "dance"}, "#/kind"),
        ({"kind": "call", "action": "Reset", "payload": {}}, "#/kind"),
        ({}, "#/kind"),
    ],
)
def test_a_neutral_command_is_checked(client, connected, body, pointer):
    response = client.post(to(connected, "commands"), body)
    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_what_a_driver_waits_for_is_never_queued(client, station):
    body = {"kind": "remote_start", "id_token": "A", "queue": True}
    assert client.post(to(station, "commands"), body).status_code == 409


def test_maintenance_waits_unless_told_otherwise(client, station):
    body = {"kind": "reset", "type": "hard"}
    assert client.post(to(station, "commands"), body).status_code == 202
    assert client.post(to(station, "commands"), body | {"queue": False}).status_code == 409


HELP = [
    {"kind": "remote_start", "id_token": "A"},
    {"kind": "remote_stop", "transaction_id": "1"},
    {"kind": "unlock", "evse": 1},
]
WORK = [{"kind": "reset", "type": "soft"}, {"kind": "clear_cache"}, {"kind": "get_variables"}]


@pytest.mark.parametrize(
    ("role", "codes"),
    [
        ("owner", (202, 202)),
        ("operator", (202, 202)),
        ("technician", (202, 202)),
        ("support", (202, 403)),
        ("finance", (403, 403)),
        ("viewer", (403, 403)),
    ],
)
def test_roles_command_as_far_as_they_may(api, request, connected, role, codes):
    client = api(request.getfixturevalue(role))
    for bodies, code in zip((HELP, WORK), codes, strict=True):
        for body in bodies:
            assert client.post(to(connected, "commands"), body).status_code == code
    call = client.post(to(connected, "calls"), {"action": "ClearCache", "payload": {}})
    assert call.status_code == codes[1]


def test_commands_are_listed_newest_first_and_filtered(client, station, elsewhere):
    first, second = factories.CommandFactory.create_batch(2, station=station)
    factories.CommandFactory(station=elsewhere.station)
    Command.objects.filter(pk=first.pk).update(state=CommandState.ACCEPTED)
    assert [row["id"] for row in client.get(COMMANDS).json()["results"]] == [second.pk, first.pk]
    assert [row["id"] for row in client.get(COMMANDS, {"state": "queued"}).json()["results"]] == [second.pk]
    assert client.get(COMMANDS, {"station": elsewhere.station.identity}).json()["results"] == []
