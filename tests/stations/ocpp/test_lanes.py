"""Lanes: what is acknowledged is stored, what is poisoned harms nobody else, an outage is waited out."""

import asyncio
import time
from contextlib import closing

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, connection

from stations.models import Frame, Station
from stations.ocpp import lanes
from stations.ocpp.lanes import JobFailed, Lane, Outage
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
            Frame(station_id=station.pk, at=work.now, direction="in", message_id=text, body=text.encode())
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
        work.frames.append(Frame(station_id=station.pk, at=work.now, direction=None, body=b""))

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
    monkeypatch.setattr(lanes, "OUTAGE_LIMIT_S", 0.2)
    deadline = time.monotonic() + 0.6
    while time.monotonic() < deadline:
        jobs = [failing(1000, keep(station, "a")), keep(station, "b")]
        locked, healthy = await asyncio.gather(*(lane.submit(station.pk, job) for job in jobs), return_exceptions=True)
        assert isinstance(locked, Outage)
        assert healthy == "b"


async def test_stopping_commits_what_waits(station):
    lane = Lane("lane-test", asyncio.get_running_loop())
    futures = [lane.submit(station.pk, keep(station, str(number))) for number in range(300)]
    await lane.stop()
    await asyncio.gather(*futures)
    assert len(await stored()) == 300
