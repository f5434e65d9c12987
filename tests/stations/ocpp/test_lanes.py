"""Lanes: what is acknowledged is stored, what is poisoned harms nobody else, an outage is waited out."""

import asyncio
import threading
from contextlib import closing

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connection

from stations.models import Fact, Frame, Station
from stations.ocpp import lanes
from stations.ocpp.lanes import JobFailed, Lane, Outage
from stations.services import recorder
from stations.services.flush import NewFrame
from tests.factories import StationFactory


@pytest.fixture
def station(transactional_db):
    with closing(connection):
        yield StationFactory()


@pytest.fixture
async def lane(station):
    lane = Lane("lane-test", asyncio.get_running_loop())
    yield lane
    await lane.stop()


def keep(station, text):
    """A job that stores a frame."""

    def job(work):
        work.frames.append(
            NewFrame(station_id=station.pk, at=work.now, direction="in", message_id=text, body=text.encode())
        )
        return text

    return job


async def stored():
    def query():
        with closing(connection):
            return list(Frame.objects.order_by("id").values_list("message_id", flat=True))

    return await sync_to_async(query)()


async def test_what_a_future_brings_is_in_the_database(lane, station):
    assert await lane.submit(station.pk, keep(station, "a")) == "a"
    assert await stored() == ["a"]


async def test_jobs_are_stored_in_the_order_they_came(lane, station):
    names = [str(number) for number in range(600)]
    assert await asyncio.gather(*(lane.submit(station.pk, keep(station, name)) for name in names)) == names
    assert await stored() == names


async def test_a_poisoned_job_fails_alone(lane, station):
    def poison(work):
        work.frames.append(NewFrame(station_id=station.pk, at=work.now, direction=None, body=b""))

    futures = [lane.submit(station.pk, job) for job in (keep(station, "a"), poison, keep(station, "b"))]
    outcomes = await asyncio.gather(*futures, return_exceptions=True)
    assert isinstance(outcomes[1], JobFailed)
    assert (outcomes[0], outcomes[2]) == ("a", "b")
    assert await stored() == ["a", "b"]


async def test_a_job_that_raises_leaves_nothing_half_done(lane, station):
    def half(work):
        Station.objects.filter(pk=station.pk).update(vendor="half")
        raise RuntimeError("in the middle")

    with pytest.raises(JobFailed):
        await lane.submit(station.pk, half)
    await sync_to_async(station.refresh_from_db)()
    assert station.vendor != "half"


def failing(times, job):
    """A job whose first `times` runs meet a database that is away."""
    left = iter(range(times))

    def run(work):
        if next(left, None) is not None:
            raise OperationalError("away")
        return job(work)

    return run


async def test_an_outage_is_waited_out_and_everything_stored_once(lane, station, monkeypatch):
    monkeypatch.setattr(lanes, "_database_answers", lambda: False)
    futures = [lane.submit(station.pk, failing(3, keep(station, "a"))), lane.submit(station.pk, keep(station, "b"))]
    assert await asyncio.gather(*futures) == ["a", "b"]
    assert await stored() == ["a", "b"]
    assert lane.failing_since is None


async def test_an_outage_beyond_the_limit_is_told_as_one_and_stores_nothing(lane, station, monkeypatch):
    monkeypatch.setattr(lanes, "_database_answers", lambda: False)
    monkeypatch.setattr(lanes, "OUTAGE_LIMIT_S", 0.1)
    with pytest.raises(Outage):
        await lane.submit(station.pk, failing(1000, keep(station, "a")))
    assert lane.failing_since is not None
    assert await lane.submit(station.pk, keep(station, "b")) == "b"
    assert await stored() == ["b"]


async def test_what_a_healthy_database_keeps_refusing_spares_the_others_and_is_never_called_an_error_of_theirs(
    lane, station, monkeypatch
):
    """A lock that somebody holds, a server that became read-only: not the message's fault."""
    monkeypatch.setattr(lanes, "LAST_RETRY_S", 0.01)
    futures = [lane.submit(station.pk, failing(1000, keep(station, "a"))), lane.submit(station.pk, keep(station, "b"))]
    outcomes = await asyncio.gather(*futures, return_exceptions=True)
    assert isinstance(outcomes[0], Outage)
    assert outcomes[1] == "b"


async def test_a_station_that_stays_locked_never_costs_the_others_their_sockets(lane, station, monkeypatch):
    monkeypatch.setattr(lanes, "FIRST_RETRY_S", 0.001)
    for _ in range(5):
        jobs = [failing(1000, keep(station, "a")), keep(station, "b")]
        locked, healthy = await asyncio.gather(*(lane.submit(station.pk, job) for job in jobs), return_exceptions=True)
        assert isinstance(locked, Outage)
        assert healthy == "b"
        # Or one failure after the other would add up to an outage.
        assert lane.failing_since is None


async def test_stopping_commits_what_waits(station):
    lane = Lane("lane-test", asyncio.get_running_loop())
    futures = [lane.submit(station.pk, keep(station, str(number))) for number in range(300)]
    await lane.stop()
    await asyncio.gather(*futures)
    assert len(await stored()) == 300


async def test_a_flood_of_one_station_waits_behind_itself_only(lane, station):
    """What comes while the lane is busy is taken in turns, station by station, each in its own order."""
    order, free = [], threading.Event()
    other = await sync_to_async(_another_station)()

    def blocked(work):
        free.wait(60)

    def note(name):
        return lambda work: order.append(name)

    first = lane.submit(None, blocked)
    flood = [lane.submit(station.pk, note(f"flood-{number}")) for number in range(600)]
    late = lane.submit(other.pk, note("late"))
    free.set()
    await asyncio.gather(first, late, *flood)
    assert order.index("late") <= 2 * lanes.TURN
    assert [name for name in order if name != "late"] == [f"flood-{number}" for number in range(600)]


def _another_station():
    with closing(connection):
        return StationFactory()


@pytest.fixture
def no_room(station):
    """The database says of frames, and of nothing else, that its disk is full."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one file for all")
    with closing(connection), connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$;"
            "CREATE TRIGGER no_room BEFORE INSERT ON stations_frame FOR EACH ROW EXECUTE FUNCTION no_room()"
        )
    yield make_room
    make_room()


def make_room():
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS no_room CASCADE")


async def test_without_room_for_frames_all_else_is_stored_and_people_are_told(no_room, lane, station, monkeypatch):
    monkeypatch.setattr(recorder, "PAUSE_S", 0.2)

    def rename(work):
        work.stations[station.pk].error_code = "renamed"
        work.changed(work.stations[station.pk], "error_code")
        return keep(station, "a")(work)

    assert await lane.submit(station.pk, rename) == "a"
    assert (await stored(), lane.recorder.is_stopped, lane.failing_since) == ([], True, None)
    await sync_to_async(no_room)()
    await asyncio.sleep(0.2)
    await lane.submit(station.pk, keep(station, "b"))
    assert (await stored(), lane.recorder.is_stopped) == (["b"], False)
    kinds, error_code = await sync_to_async(told)(station)
    assert (kinds, error_code) == (["recorder.stopped", "recorder.resumed"], "renamed")


def told(station):
    with closing(connection):
        station.refresh_from_db()
        return list(Fact.objects.order_by("id").values_list("kind", flat=True)), station.error_code
