"""`?wait=` holds nothing: neither threads nor connections run out, and the answer comes with the outcome."""

import asyncio
import json
import threading
import time

import pytest
from django.db import connection
from prometheus_client import REGISTRY

from drivers.services import apikeys
from stations import live
from stations.api import waiting
from stations.domain.commands import CommandState
from stations.models import Command
from tests import factories

WAITING = 60
POOL = 4


@pytest.fixture
def small_pool(transactional_db):
    """A pool of four connections, where there is one."""
    if connection.vendor != "postgresql":
        yield
        return
    options = connection.settings_dict["OPTIONS"]
    before = options["pool"]
    connection.close()
    connection.close_pool()
    options["pool"] = before | {"max_size": POOL, "timeout": 60}
    yield
    connection.close()
    connection.close_pool()
    options["pool"] = before


@pytest.fixture
def ask(small_pool, server, depot, make_station):
    """`await ask(method, path, body)`: status and JSON, over a socket of its own."""
    make_station("CP-1", protocol="ocpp1.6")
    person = factories.MembershipFactory(organization=depot.organization, role="operator").user
    key = apikeys.issue(user=person, scopes=None).key

    async def send(method, path, body=None):
        reader, writer = await asyncio.open_connection(*server.address.split(":"))
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} /api/v1/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        try:
            writer.write(head.encode() + content)
            answer = await reader.read()
        finally:
            writer.close()
        head, _, content = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), json.loads(content)

    yield send
    connection.close()


def start(ask):
    call = {"action": "ClearCache", "payload": {}, "queue": True}
    return asyncio.create_task(ask("POST", "stations/CP-1/calls/?wait=30", call))


async def until(condition, what, seconds=180.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.02)


async def hang_up(waits):
    for wait in waits:
        wait.cancel()
    await until(lambda: waiting_now() == 0, "nobody waits any more")


def waiting_now():
    return REGISTRY.get_sample_value("busbar_waiting_requests")


def accept(*, and_tell):
    """What a charger's answer does to the oldest open command; in another process, which tells of it or not."""
    oldest = Command.objects.filter(state=CommandState.QUEUED).order_by("id").first()
    Command.objects.filter(pk=oldest.pk).update(state=CommandState.ACCEPTED, result="{}")
    if and_tell:
        live.tell_finished([oldest.pk])


@pytest.fixture
def patient(monkeypatch):
    """They wait for as long as it takes: a slow machine needs a while for so many."""
    outcome = waiting.outcome
    monkeypatch.setattr(waiting, "outcome", lambda command_id, *, seconds: outcome(command_id, seconds=600))


async def test_many_who_wait_use_up_neither_threads_nor_connections(ask, patient):
    threads = threading.active_count()
    waits = []
    for number in range(WAITING):
        waits.append(start(ask))
        # Not more at once than a person would see: they are to be many in waiting, not in asking.
        await until(lambda number=number: waiting_now() > number - POOL, "they wait")
    await until(lambda: waiting_now() == WAITING, "all wait")
    assert threading.active_count() < threads + WAITING / 2
    pages = await asyncio.gather(*(ask("GET", "stations/") for _ in range(2 * POOL)))
    assert [status for status, _ in pages] == [200] * 2 * POOL
    assert not any(wait.done() for wait in waits)
    await hang_up(waits)


async def test_the_answer_comes_with_the_outcome(ask, database, monkeypatch):
    monkeypatch.setattr(waiting, "POLL_S", 600)
    wait = start(ask)
    await until(lambda: waiting_now() == 1, "it waits")
    # It has been looked at, and will not be again.
    await asyncio.sleep(3 * waiting.FIRST_LOOK_S)
    await database(lambda: accept(and_tell=True))
    status, command = await wait
    assert (status, command["state"]) == (200, "accepted")


async def test_an_outcome_that_nobody_tells_of_is_found(ask, database):
    wait = start(ask)
    await until(lambda: waiting_now() == 1, "it waits")
    await database(lambda: accept(and_tell=False))
    status, command = await wait
    assert (status, command["state"]) == (200, "accepted")


async def test_beyond_what_may_wait_the_answer_comes_at_once(ask, monkeypatch):
    monkeypatch.setattr(waiting, "MAX_WAITING", 1)
    first = start(ask)
    await until(lambda: waiting_now() == 1, "it waits")
    status, command = await start(ask)
    assert (status, command["state"]) == (202, "queued")
    await hang_up([first])
