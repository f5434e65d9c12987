"""Finding frames."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stations.models import Connection, Frame
from stations.selectors import frames
from stations.selectors.frames import Wanted, every, offline_spells, page, pairings
from tests import factories

pytestmark = pytest.mark.django_db

NOW = timezone.now().replace(microsecond=0)


@pytest.fixture
def frame(station):
    """`frame(text)` stores a frame of the station."""

    def make(body="[]", *, at=NOW, direction="in", action="", message_id="", kind=2, of=station):
        return Frame.objects.create(
            station=of, at=at, direction=direction, action=action, message_id=message_id, type=kind, body=body.encode()
        )

    return make


def found(viewer, **wanted):
    return page(viewer, Wanted(**wanted)).frames


def test_frames_come_newest_first_in_pages_that_lead_on(operator, frame):
    made = [frame() for _ in range(5)]
    first = page(operator, Wanted(), size=3)
    second = page(operator, Wanted(), size=3, before=first.following)
    assert first.frames + second.frames == made[::-1]
    assert second.following is None


@pytest.mark.parametrize("filters", [{}, {"action": "Authorize"}, {"text": "x"}])
def test_frames_of_others_are_never_found(stranger, operator, frame, filters):
    frame("x", action="Authorize")
    assert found(stranger, **filters) == []
    assert len(found(operator, **filters)) == 1


def test_a_viewer_without_sessions_sees_no_frames(viewer, frame):
    frame()
    assert found(viewer) == []


def test_each_filter_narrows(operator, frame, station, site):
    other = factories.StationFactory(site=site)
    wanted = frame('{"idTag":"CARD-7"}', action="Authorize", message_id="m1", direction="in")
    frame(action="Heartbeat", message_id="m2", direction="out", of=other)
    for filters in (
        {"station": station.identity},
        {"action": "Authorize"},
        {"message_id": "m1"},
        {"direction": "in"},
        {"text": "CARD-7"},
        {"text": "CARD-7", "station": station.identity},
    ):
        assert found(operator, **filters) == [wanted]
    assert found(operator, station="NOBODY") == []


def test_errors_are_callerrors_and_what_is_no_frame(operator, frame):
    error, malformed = frame(kind=4), frame(kind=None)
    frame(kind=2), frame(kind=3)
    assert found(operator, only_errors=True) == [malformed, error]


def test_a_time_is_bounded_at_both_ends(operator, frame):
    made = [frame(at=NOW + timedelta(minutes=minute)) for minute in range(6)]
    since, until = NOW + timedelta(minutes=2), NOW + timedelta(minutes=4)
    assert found(operator, since=since, until=until) == [made[3], made[2]]


def test_a_search_without_an_index_looks_back_a_stretch_at_a_time(operator, frame, monkeypatch):
    monkeypatch.setattr(frames, "SCAN", 10)
    needle = frame("needle")
    for _ in range(25):
        frame("hay")
    first = page(operator, Wanted(text="needle"))
    second = page(operator, Wanted(text="needle"), before=first.following)
    third = page(operator, Wanted(text="needle"), before=second.following)
    assert (first.frames, second.frames, third.frames) == ([], [], [needle])
    assert third.following is None
    assert list(every(operator, Wanted(text="needle"))) == [needle]


def test_an_export_takes_them_all_oldest_first(operator, frame, monkeypatch):
    monkeypatch.setattr(frames, "CHUNK", 2)
    made = [frame() for _ in range(7)]
    assert list(every(operator, Wanted())) == made
    assert list(every(operator, Wanted(station=made[0].station.identity))) == made


def test_a_call_and_its_answer_know_the_time_between_them(frame):
    call = frame(message_id="m1", direction="out", kind=2)
    answer = frame(message_id="m1", direction="in", kind=3, at=NOW + timedelta(seconds=4))
    silent = frame(message_id="m2", direction="out", kind=2)
    foreign = frame(message_id="m2", direction="out", kind=3)
    paired = pairings([call, answer, silent, foreign])
    assert (paired[call.pk].latency_s, paired[answer.pk].latency_s) == (4.0, 4.0)
    assert not paired[silent.pk].answered


def test_an_id_that_comes_again_is_answered_by_what_follows_it(frame):
    first = frame(message_id="same", kind=2)
    frame(message_id="same", direction="out", kind=3, at=NOW + timedelta(seconds=1))
    second = frame(message_id="same", kind=2, at=NOW + timedelta(seconds=10))
    frame(message_id="same", direction="out", kind=3, at=NOW + timedelta(seconds=12))
    paired = pairings([first, second])
    assert (paired[first.pk].latency_s, paired[second.pk].latency_s) == (1.0, 2.0)


def test_a_page_costs_the_same_however_many_frames_there_are(operator, frame):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            pairings(page(operator, Wanted()).frames)
        return len(captured)

    frame(message_id="a")
    queries()  # what the viewer may see is read once
    few = queries()
    for _ in range(30):
        frame(message_id="b")
    assert queries() == few


def test_offline_spells_lie_between_connections(session, station):
    def connected(since, until):
        Connection.objects.create(
            station=station,
            protocol="ocpp1.6",
            opened_at=NOW + timedelta(minutes=since),
            last_seen=NOW + timedelta(minutes=until if until is not None else since),
            closed_at=None if until is None else NOW + timedelta(minutes=until + 1),
        )

    session.started_at = NOW
    connected(-10, 5)
    connected(8, 20)
    assert offline_spells(session) == [
        (NOW + timedelta(minutes=5), NOW + timedelta(minutes=8)),
        (NOW + timedelta(minutes=20), None),
    ]
    connected(30, None)
    assert offline_spells(session)[-1] == (NOW + timedelta(minutes=20), NOW + timedelta(minutes=30))
