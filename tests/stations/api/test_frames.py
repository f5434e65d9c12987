"""/frames/, its export, /log-requests/ and /security-events/"""

import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from stations.models import Frame, LogRequest, SecurityEvent

FRAMES = "/api/v1/frames/"


@pytest.fixture
def client(api, operator):
    return api(operator)


@pytest.fixture
def frame(station):
    return Frame.objects.create(
        station=station,
        at=timezone.now(),
        direction="in",
        action="Authorize",
        message_id="m1",
        type=2,
        body=b'[2,"m1","Authorize",{"idTag":"CARD"}]',
    )


def test_a_frame_is_shown_as_it_crossed_the_wire(client, frame, station):
    row = client.get(FRAMES).json()["results"][0]
    assert row["text"] == '[2,"m1","Authorize",{"idTag":"CARD"}]'
    assert (row["station"], row["type"], row["answered"]) == (station.identity, "call", False)


def test_pages_are_followed_by_their_next(client, frame):
    Frame.objects.create(station=frame.station, at=frame.at, direction="out", type=None, body=b"?")
    first = client.get(FRAMES, {"page_size": 1}).json()
    assert first["results"][0]["type"] == "malformed"
    second = client.get(first["next"]).json()
    assert ([row["id"] for row in second["results"]], second["next"]) == ([frame.pk], None)


@pytest.mark.parametrize("query", [{"direction": "up"}, {"since": "yesterday"}, {"page_size": 0}, {"before": "x"}])
def test_nonsense_in_the_query_is_refused(client, query):
    response = client.get(FRAMES, query)
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == next(iter(query))


def test_a_session_of_others_is_none(api, stranger, session):
    assert api(stranger).get(FRAMES, {"session": session.pk}).status_code == 404
    assert api(stranger).get(f"/api/v1/sessions/{session.pk}/timeline/").status_code == 404


def test_an_export_has_a_line_for_each_frame(client, frame):
    Frame.objects.create(station=frame.station, at=frame.at, direction="in", type=None, body=b"no frame\xff")
    response = client.get(f"{FRAMES}export/", {"station": frame.station.identity})
    assert response["Content-Disposition"] == 'attachment; filename="frames.jsonl"'
    assert response["X-Content-Type-Options"] == "nosniff"
    first, second = (json.loads(line) for line in b"".join(response.streaming_content).splitlines())
    assert first["frame"] == [2, "m1", "Authorize", {"idTag": "CARD"}]
    assert second["frame"].startswith("no frame")


@pytest.fixture
def log_request(station):
    name = default_storage.save("logs/1/a/charger.log", ContentFile(b"all is well"))
    return LogRequest.objects.create(
        station=station, action="GetLog", requested_at=timezone.now(), state="uploaded", file=name, size=11
    )


def test_a_log_is_saved_and_never_shown(client, log_request):
    response = client.get(f"/api/v1/log-requests/{log_request.pk}/file/")
    assert b"".join(response.streaming_content) == b"all is well"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_log_is_for_those_who_may_command(api, support, stranger, log_request):
    path = f"/api/v1/log-requests/{log_request.pk}/"
    assert api(support).get(path).status_code == 200
    assert api(support).get(f"{path}file/").status_code == 403
    assert api(stranger).get(path).status_code == 404


def test_a_log_that_never_came_cannot_be_fetched(client, log_request):
    LogRequest.objects.update(file="")
    assert client.get(f"/api/v1/log-requests/{log_request.pk}/file/").status_code == 404


def test_nobody_sees_the_token_of_an_upload(client, log_request):
    assert not [name for name in client.get("/api/v1/log-requests/").json()["results"][0] if "token" in name]


def test_security_events_filter_by_what_is_critical(client, station):
    now = timezone.now()
    for event_type, is_critical in (("TamperDetectionActivated", True), ("InvalidMessages", False)):
        SecurityEvent.objects.create(station=station, type=event_type, is_critical=is_critical, at=now, received_at=now)
    rows = client.get("/api/v1/security-events/", {"is_critical": "true"}).json()["results"]
    assert [row["type"] for row in rows] == ["TamperDetectionActivated"]
