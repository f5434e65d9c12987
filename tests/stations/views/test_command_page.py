"""The page of one command: what it means, what to try next, how to take it back."""

from datetime import timedelta

import orjson
import pytest
from django.urls import reverse
from django.utils import timezone

from stations.domain.commands import CommandKind
from stations.models import Command
from stations.services import commands
from tests import factories


def _page(client, command):
    return client.get(reverse("stations:command", args=[command.pk])).content.decode()


def _answered(station, kind, values, status, state="rejected", action="", **columns):
    now = timezone.now()
    return factories.CommandFactory(
        station=station,
        kind=kind,
        payload=orjson.dumps(values).decode(),
        action=action,
        state=state,
        result=orjson.dumps({"status": status}).decode(),
        sent_at=now,
        finished_at=now,
        **columns,
    )


def test_a_refused_reset_is_explained_and_a_hard_one_offered(browser, operator, station):
    page = _page(browser(operator), _answered(station, "reset", {"type": "soft"}, "Rejected", action="Reset"))
    assert "try a hard one" in page
    assert f"{reverse('stations:command-send', args=[station.identity, 'reset'])}?type=hard" in page


def test_who_may_not_command_reads_what_happened_and_is_offered_nothing(browser, viewer, station):
    page = _page(browser(viewer), _answered(station, "reset", {"type": "soft"}, "Rejected", action="Reset"))
    assert "try a hard one" in page
    assert "?type=hard" not in page


def test_what_the_stations_version_cannot_say_is_not_offered(browser, operator, station):
    station.protocol = "ocpp1.6"
    station.save()
    command = _answered(station, "remote_stop", {"transaction_id": "1"}, "Rejected", action="RemoteStopTransaction")
    assert "get_transaction_status" not in _page(browser(operator), command)


def test_a_change_of_a_value_goes_back_to_the_one_from_before(browser, operator, station):
    factories.connect(station)
    station.variables.create(name="HeartbeatInterval", value="300", reported_at=timezone.now())
    values = {"variables": [{"name": "HeartbeatInterval", "value": "60"}]}
    command = commands.request(station=station, kind=CommandKind.SET_VARIABLES, values=values, requested_by=operator)
    client = browser(operator)
    assert "value=300" not in _page(client, command)
    Command.objects.update(state="accepted", result='{"status":"Accepted"}', action="ChangeConfiguration")
    page = _page(client, command)
    assert "name=HeartbeatInterval&amp;value=300" in page
    link = reverse("stations:command-send", args=[station.identity, "set_variables"])
    form = client.get(link, {"name": "HeartbeatInterval", "value": "300"}).content.decode()
    assert 'value="300"' in form


def test_a_kept_place_is_undone_by_its_number(browser, operator, station):
    command = _answered(station, "reserve", {"id_token": "A"}, "Accepted", "accepted", "ReserveNow")
    factories.ReservationFactory(station=station, command=command, wire_id=4711)
    assert "reservation_id=4711" in _page(browser(operator), command)


def test_what_was_not_sent_is_taken_back_and_what_was_is_not(browser, operator, station):
    command = factories.CommandFactory(station=station)
    client = browser(operator)
    client.post(reverse("stations:command-withdraw", args=[command.pk]))
    command.refresh_from_db()
    assert command.state == "withdrawn"
    Command.objects.update(state="sent")
    page = client.post(reverse("stations:command-withdraw", args=[command.pk]), follow=True).content.decode()
    assert "It was too late" in page


@pytest.mark.parametrize("role", ["support", "viewer"])
def test_who_may_not_send_it_may_not_take_it_back(browser, request, station, role):
    command = factories.CommandFactory(station=station)
    client = browser(request.getfixturevalue(role))
    assert client.post(reverse("stations:command-withdraw", args=[command.pk])).status_code == 403


def test_the_frames_are_for_those_who_see_frames(browser, operator, viewer, station):
    now = timezone.now()
    command = _answered(station, "clear_cache", {}, "Accepted", "accepted", "ClearCache", message_id="m-1")
    for direction, body in (("out", b'[2,"m-1","ClearCache",{}]'), ("in", b'[3,"m-1",{"status":"Accepted"}]')):
        factories.FrameFactory(
            station=station, message_id="m-1", at=now + timedelta(seconds=1), direction=direction, body=body
        )
    assert "On the wire" in _page(browser(operator), command)
    assert "On the wire" not in _page(browser(viewer), command)
