"""Two workers, a storm of faults, and one of them killed with messages in its hands."""

import asyncio
import json
import os
from collections import Counter
from threading import Semaphore

import psycopg
import pytest
import websockets

from tests.installation import Installation
from tests.monitoring.sinks import WebServer, running
from tests.server import until

pytestmark = pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="several processes need PostgreSQL and Redis")

# Each at a site of its own, and as many more at one site together.
ALONE = 24
PATIENCE_S = 240
FIRST = 5
# One worker hands over so many at once (`sending.THREADS`): of more, both have some.
MORE_THAN_ONE_HOLDS = 9
OURS = "FROM monitoring_notification n JOIN monitoring_channel c ON c.id = n.channel_id WHERE c.name = 'Storm'"


@pytest.fixture
def sink():
    """A webhook that answers FIRST messages, and holds the others until it is let."""
    with running(WebServer()) as server:
        server.gate = Semaphore(FIRST)
        server.handle_error = lambda *_: None
        yield server


@pytest.fixture
def installation(tmp_path):
    installation = Installation(tmp_path / "data", workers=2, NOTIFY_HOSTS="127.0.0.1")
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


def _post(installation, key, path, **body):
    status, answer = installation.call("POST", path, key, body)
    assert status == 201, answer
    return answer


def _set_up(installation, sink):
    key = installation.api_key()
    _post(installation, key, "notification-channels/", kind="webhook", name="Storm", url=sink.url, most=30_000)
    sites = [
        _post(installation, key, "sites/", name=f"Storm {n}", latitude="52.5", longitude="13.4")["id"]
        for n in range(ALONE + 1)
    ]
    for number in range(2 * ALONE):
        site = sites[number] if number < ALONE else sites[ALONE]
        _post(installation, key, "stations/", identity=f"STORM-{number}", site=site, security_profile=0)


async def _all_fault(installation):
    """At once; each frame is answered when it is stored."""

    async def fault(number):
        url = f"{installation.ocpp}/STORM-{number}"
        async with websockets.connect(url, subprotocols=["ocpp1.6"], proxy=None) as socket:
            boot = {"chargePointVendor": "Acme", "chargePointModel": "One"}
            await _say(socket, "BootNotification", boot)
            status = {"connectorId": 1, "errorCode": "GroundFailure", "status": "Faulted"}
            await _say(socket, "StatusNotification", status)

    await asyncio.gather(*(fault(number) for number in range(2 * ALONE)))


async def _say(socket, action, payload):
    await socket.send(json.dumps([2, action, action, payload]))
    while json.loads(await socket.recv())[1] != action:
        pass


def _keys(sink, change="incident.opened"):
    return [h["X-Busbar-Delivery"] for h, body in list(sink.posts) if json.loads(body)["kind"] == change]


def _wait_for_the_living(installation):
    """Until what is left is in the dead worker's hands."""
    waiting = f"SELECT count(*) {OURS} AND n.state = 'waiting'"
    held = f"SELECT count(*) {OURS} AND n.state = 'sending'"
    opened = f"SELECT count(DISTINCT n.incident_id) {OURS} AND n.change = 'opened'"

    def is_so():
        is_all_known = installation.query(opened) == [(ALONE + 1,)]
        return is_all_known and installation.query(waiting) == [(0,)] and installation.query(held) < [(9,)]

    until(is_so, f"the living worker has told the rest\n{installation.logs()}", PATIENCE_S)


def test_a_storm_is_told_once_although_a_worker_is_killed_with_messages_in_its_hands(installation, sink):
    _set_up(installation, sink)
    asyncio.run(_all_fault(installation))
    until(lambda: len(_keys(sink)) >= FIRST + MORE_THAN_ONE_HOLDS, f"both send\n{installation.logs()}", PATIENCE_S)
    installation.kill("worker")
    in_hands = set(_keys(sink)[FIRST:])
    sink.gate.release(10_000)
    _wait_for_the_living(installation)
    with psycopg.connect(installation.environment["DATABASE_URL"]) as database:
        # Two minutes later.
        database.execute("UPDATE monitoring_notification SET claimed_at = claimed_at - interval '3 minutes'")
    installation.start()
    unsent = f"SELECT n.key, n.state, n.problem {OURS} AND n.change = 'opened' AND n.state <> 'sent'"
    until(lambda: installation.query(unsent) == [], f"all are told\n{installation.logs()}", PATIENCE_S)

    incidents = installation.query(
        "SELECT i.id FROM monitoring_incident i JOIN stations_site s ON s.id = i.site_id WHERE s.name LIKE 'Storm %'"
    )
    assert len(incidents) == ALONE + 1
    alerts = installation.query(
        "SELECT count(*), count(DISTINCT a.incident_id) FROM monitoring_alert a JOIN stations_station s"
        " ON s.id = a.station_id WHERE s.identity LIKE 'STORM-%' AND a.rule = 'faulted'"
    )
    assert alerts == [(2 * ALONE, ALONE + 1)]
    posted = Counter(_keys(sink))
    assert len(posted) == ALONE + 1
    again = {key for key, count in posted.items() if count > 1}
    assert max(posted.values()) <= 2
    assert again <= in_hands
