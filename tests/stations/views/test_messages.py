"""The flight recorder in the console, logs, security events and a session's timeline."""

from datetime import timedelta

import orjson
import pytest
from django.urls import reverse
from django.utils import timezone

from stations.models import Command, FirmwareUpdate, Frame, LogRequest, SecurityEvent
from tests import factories


@pytest.fixture
def frame(station):
    def make(body, *, direction="in", kind=2, action="Authorize", message_id="m1", ago=0.0):
        at = timezone.now() - timedelta(seconds=ago)
        return Frame.objects.create(
            station=station,
            at=at,
            direction=direction,
            type=kind,
            action=action,
            message_id=message_id,
            body=body.encode(),
        )

    return make


def shown(browser, person, name, *arguments, **query):
    response = browser(person).get(reverse(f"stations:{name}", args=arguments), query)
    assert response.status_code == 200
    return response.content.decode()


def test_messages_of_the_network_name_their_station(browser, operator, station, frame):
    frame('[2,"m1","Authorize",{"idTag":"CARD-7"}]')
    page = shown(browser, operator, "message-list")
    assert station.identity in page
    assert "CARD-7" in page


def test_messages_of_others_are_not_shown(browser, stranger, frame):
    frame('[2,"m1","Authorize",{"idTag":"CARD-7"}]')
    assert "CARD-7" not in shown(browser, stranger, "message-list")


def test_a_search_finds_text_and_says_where_nothing_was(browser, operator, station, frame):
    frame('[2,"m1","Authorize",{"idTag":"CARD-7"}]')
    assert "CARD-7" in shown(browser, operator, "station-messages", station.identity, text="CARD-7")
    assert "No messages" in shown(browser, operator, "station-messages", station.identity, text="CARD-8")


def test_an_answer_tells_how_long_it_took_and_a_call_that_it_got_none(browser, operator, station, frame):
    frame('[2,"m1","Reset",{}]', direction="out", ago=100)
    frame('[3,"m1",{}]', kind=3, ago=93)
    frame('[2,"m2","Reset",{}]', direction="out", message_id="m2", ago=80)
    page = shown(browser, operator, "station-messages", station.identity)
    assert "7.0" in page
    assert page.count("No answer") == 1
    assert page.count("is-wrong") == 1


def test_following_can_be_paused_and_older_pages_stand_still(browser, operator, station, frame):
    first = frame('[2,"m1","Authorize",{}]')
    assert 'hx-trigger="live, every 5s"' in shown(browser, operator, "station-messages", station.identity)
    for query in ({"paused": "1"}, {"before": first.pk}):
        assert "every 5s" not in shown(browser, operator, "station-messages", station.identity, **query)


def test_the_export_has_the_filters_of_the_page(browser, operator, station, frame):
    frame('[2,"m1","Authorize",{}]')
    page = shown(browser, operator, "station-messages", station.identity, action="Authorize", since="2026-01-01T00:00")
    link = page.split(reverse("api:frame-export"))[1].split('"')[0]
    assert "action=Authorize" in link
    assert "since=2026-01-01T00" in link
    response = browser(operator).get(reverse("api:frame-export") + link.replace("&amp;", "&"))
    assert response.status_code == 200


def test_nonsense_in_the_address_counts_as_not_given(browser, operator, station, frame):
    frame('[2,"m1","Authorize",{"idTag":"CARD-7"}]')
    query = {"action": "Nonsense", "since": "never", "before": "x", "direction": "up"}
    assert "CARD-7" in shown(browser, operator, "station-messages", station.identity, **query)


def test_a_viewer_without_sessions_has_no_messages(browser, viewer, frame):
    frame('[2,"m1","Authorize",{"idTag":"CARD-7"}]')
    assert "CARD-7" not in shown(browser, viewer, "message-list")


def test_a_stations_logs_updates_and_security_events_stand_on_one_page(browser, operator, station):
    now = timezone.now()
    LogRequest.objects.create(station=station, action="GetLog", requested_at=now, told_name="charger.zip")
    FirmwareUpdate.objects.create(
        station=station, action="UpdateFirmware", requested_at=now, history=[{"status": "Downloading"}]
    )
    SecurityEvent.objects.create(station=station, type="ResetOrReboot", is_critical=True, at=now, received_at=now)
    page = shown(browser, operator, "station-logs", station.identity)
    assert all(text in page for text in ("charger.zip", "Downloading", "ResetOrReboot", "Critical"))
    assert "Requested" in shown(browser, operator, "station", station.identity)


def test_critical_security_events_can_be_picked_out(browser, operator, station):
    now = timezone.now()
    for event_type, is_critical in (("TamperDetectionActivated", True), ("InvalidMessages", False)):
        SecurityEvent.objects.create(station=station, type=event_type, is_critical=is_critical, at=now, received_at=now)
    page = shown(browser, operator, "security-event-list", only_critical="on")
    assert "TamperDetectionActivated" in page
    assert "InvalidMessages" not in page


def test_a_sessions_page_fetches_its_timeline(browser, operator, session):
    assert reverse("stations:session-timeline", args=[session.pk]) in shown(browser, operator, "session", session.pk)
    assert f"The session started for {session.id_token}" in shown(browser, operator, "session-timeline", session.pk)


def test_times_of_a_form_are_on_the_clock_of_the_site(browser, operator, station):
    station.site.timezone = "Europe/Berlin"
    station.site.save()
    factories.connect(station, "ocpp2.0.1")
    url = reverse("stations:command-send", args=[station.identity, "get_log"])
    browser(operator).post(url, {"log": "security", "oldest": "2026-07-01T14:00"})
    payload = orjson.loads(Command.objects.get().payload)
    assert payload == {"log": "security", "oldest": "2026-07-01T12:00:00.000Z"}
