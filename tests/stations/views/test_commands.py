"""Sending commands from the console."""

import orjson
import pytest
from django.urls import reverse

from stations.domain.commands import CommandKind
from stations.models import Command
from tests import factories


def _url(station, kind):
    return reverse("stations:command-send", args=[station.identity, kind])


@pytest.mark.parametrize("kind", list(CommandKind))
@pytest.mark.parametrize("protocol", ["ocpp1.6", "ocpp2.0.1"])
def test_every_kind_has_a_form(browser, owner, station, session, kind, protocol):
    factories.connect(station, protocol)
    assert browser(owner).get(_url(station, kind)).status_code == 200


def test_a_reset_is_requested_by_the_person(browser, operator, station):
    factories.connect(station)
    response = browser(operator).post(_url(station, "reset"), {"type": "soft"})
    command = Command.objects.get()
    assert response.headers["Location"] == reverse("stations:station", args=[station.identity])
    assert (command.kind, command.requested_by, orjson.loads(command.payload)) == (
        "reset",
        operator,
        {"type": "soft"},
    )


def test_with_htmx_the_answer_only_closes_the_dialog(browser, operator, station):
    factories.connect(station)
    response = browser(operator).post(_url(station, "clear_cache"), headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert station.identity in orjson.loads(response.headers["HX-Trigger"])["busbar:done"]["message"]


def test_a_dangerous_command_says_what_becomes_of_each_session(browser, operator, station, session):
    page = browser(operator).get(_url(station, "reset")).content.decode()
    assert session.id_token in page
    assert "Ends now" in page


def test_what_becomes_of_sessions_follows_what_is_chosen(browser, operator, station, session):
    headers = {"HX-Request": "true", "HX-Target": "session-effects"}
    told = browser(operator).get(_url(station, "reset"), {"type": "hard"}, headers=headers).content.decode()
    assert "Is cut off" in told
    assert "<form" not in told


def test_only_the_session_that_is_stopped_ends(browser, operator, station, session):
    factories.connect(station)
    other = factories.SessionFactory(station=station)
    headers = {"HX-Request": "true", "HX-Target": "session-effects"}
    chosen = {"transaction_id": other.transaction_id}
    told = browser(operator).get(_url(station, "remote_stop"), chosen, headers=headers).content.decode()
    assert told.index("Ends now") < told.index(other.id_token) < told.index("Is not touched")


def test_a_command_may_be_kept_for_later_and_not_for_a_time_that_has_passed(browser, operator, station):
    factories.connect(station)
    client = browser(operator)
    page = client.post(_url(station, "clear_cache"), {"not_before": "2020-01-01T00:00"}).content.decode()
    assert "This time has passed." in page
    client.post(_url(station, "clear_cache"), {"not_before": "2099-01-01T00:00"})
    assert Command.objects.get().not_before.year == 2099


def test_a_remote_start_at_an_offline_station_is_not_taken(browser, operator, station):
    response = browser(operator).post(_url(station, "remote_start"), {"id_token": "CARD"})
    assert "cannot wait" in response.content.decode()
    assert not Command.objects.exists()


def test_a_remote_stop_knows_its_session(browser, operator, station, session):
    factories.connect(station)
    browser(operator).post(_url(station, "remote_stop"), {"transaction_id": session.transaction_id})
    assert Command.objects.get().session == session


def test_a_variable_may_be_set_to_nothing(browser, operator, station):
    factories.connect(station)
    browser(operator).post(_url(station, "set_variables"), {"name": "Site", "value": ""})
    assert orjson.loads(Command.objects.get().payload) == {"variables": [{"name": "Site", "value": ""}]}


def test_a_raw_call_must_be_a_json_object(browser, operator, station):
    factories.connect(station)
    client, url = browser(operator), _url(station, "call")
    for wrong in ("{", "[]"):
        assert client.post(url, {"action": "Reset", "payload": wrong}).status_code == 200
    assert not Command.objects.exists()
    client.post(url, {"action": "Reset", "payload": '{"type": "Soft"}'})
    assert Command.objects.get().action == "Reset"


@pytest.mark.parametrize(
    ("role", "allowed"),
    [("technician", {"reset", "unlock"}), ("support", {"unlock"}), ("finance", set()), ("viewer", set())],
)
def test_a_role_may_send_what_it_grants_and_nothing_else(browser, request, station, role, allowed):
    factories.connect(station)
    client = browser(request.getfixturevalue(role))
    for kind in ("reset", "unlock"):
        expected = 200 if kind in allowed else 403
        assert client.get(_url(station, kind)).status_code == expected
        assert client.post(_url(station, kind), {}).status_code == expected


def test_a_stranger_finds_no_form(browser, stranger, station):
    assert browser(stranger).get(_url(station, "reset")).status_code == 404


def test_an_unknown_kind_is_not_found(browser, operator, station):
    assert browser(operator).get(_url(station, "explode")).status_code == 404
