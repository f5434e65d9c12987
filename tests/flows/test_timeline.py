"""A session's timeline, from what really crossed the wire."""

import pytest

from stations.models import Command, Session


@pytest.fixture(params=["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
async def charger(request, connect):
    async with connect(request.param) as charger:
        await charger.boot()
        yield charger


@pytest.fixture
def sentences(desk):
    """The sentences of the newest session's timeline."""

    async def fetch():
        session = (await desk.list("sessions/"))[0]
        return [entry["sentence"] for entry in await desk.get(f"sessions/{session['id']}/timeline/")]

    return fetch


def in_order(told, *beginnings):
    """Whether sentences with these beginnings stand in the timeline in this order."""
    rest = iter(told)
    return all(any(sentence.startswith(beginning) for sentence in rest) for beginning in beginnings)


async def test_a_session_is_told_in_plain_words(charger, sentences):
    await charger.plug_in(1)
    await charger.authorize("CARD-1")
    await charger.start(1, "CARD-1")
    await charger.meter(1, seconds=120)
    await charger.suspend(1)
    await charger.meter(1, seconds=600)
    await charger.resume(1)
    await charger.meter(1, seconds=120)
    await charger.stop(1)
    await charger.unplug(1)
    told = await sentences()
    plugged_in = "A vehicle was" if charger.profile.protocol == "ocpp1.6" else "The vehicle was plugged in"
    assert in_order(
        told,
        plugged_in,
        "Authorization of CARD-1 took",
        "The session started for CARD-1",
        "Energy flows at",
        "Paused by the vehicle for 10 min",
        "Energy flows at",
        "Stopped at the station; the session ended after 14 min",
        "The plug was pulled",
    ), told


async def test_a_session_that_was_started_and_stopped_remotely_names_who_asked(charger, desk, sentences, database):
    await charger.plug_in(1)
    await desk.command("remote_start", id_token="CARD-1", evse=1)
    session = await database.until(Session.objects.first, "the session has started")
    await charger.meter(1, seconds=60)
    await desk.command("remote_stop", transaction_id=session.transaction_id)
    await database.until(lambda: Session.objects.exclude(ended_at=None).exists(), "the session has ended")
    who = await database(lambda: Command.objects.first().requested_by.email)
    told = await sentences()
    assert in_order(told, f"{who} asked for: remote start", "The charger accepted it (remote start)"), told
    assert in_order(told, "The session started", "Energy flows", "Stopped remotely; the session ended"), told
    assert [sentence for sentence in told if "remote stop" in sentence], told


async def test_what_a_charger_did_without_a_connection_is_told_where_it_happened(charger, sentences, database):
    await charger.plug_in(1)
    await charger.start(1, "CARD-1")
    await charger.meter(1, seconds=60)
    charger.go_offline()
    await charger.meter(1, seconds=600)
    await charger.come_back()
    await charger.stop(1)
    await database.until(lambda: Session.objects.exclude(ended_at=None).exists(), "the session has ended")
    told = await sentences()
    assert in_order(told, "The session started", "The charger was offline for", "Stopped at the station"), told


async def test_a_refused_remote_start_says_what_the_connector_had_said(charger, desk):
    await charger.fault(1, "GroundFailure")
    action = "RemoteStartTransaction" if charger.profile.protocol == "ocpp1.6" else "RequestStartTransaction"
    charger.answers[action] = {"status": "Rejected"}
    command = await desk.command("remote_start", id_token="CARD-1", evse=1)
    assert command["state"] == "rejected"
    assert command["error"].startswith("The charger answered Rejected. EVSE 1 had said faulted")


async def test_a_sessions_frames_are_those_that_speak_of_it(charger, desk, database):
    await charger.plug_in(1)
    await charger.authorize("CARD-1")
    await charger.start(1, "CARD-1")
    await charger.heartbeat()
    await charger.authorize("OTHER")
    await charger.stop(1)
    session = (await desk.list("sessions/"))[0]
    frames = await desk.list(f"frames/?session={session['id']}&page_size=500")
    assert {"Authorize"} < {frame["action"] for frame in frames}
    assert not [frame for frame in frames if "OTHER" in frame["text"] or frame["action"] == "Heartbeat"]
    # Each call stands with its answer.
    assert {frame["message_id"] for frame in frames if frame["type"] == "call"} == {
        frame["message_id"] for frame in frames if frame["type"] == "result"
    }
