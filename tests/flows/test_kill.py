"""kill -9 of the process that holds the chargers, in the middle of load."""

import asyncio
import itertools
import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import websockets

from tests.installation import utc
from tests.server import until

CHARGERS = [f"KILL-{number}" for number in range(12)]
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
ENOUGH = 20


class Client:
    """Sends meter values as fast as they are acknowledged, and knows which were."""

    def __init__(self, url, identity):
        self.url, self.identity = f"{url}/{identity}", identity
        self.counter = itertools.count()
        self.acknowledged, self.unanswered = [], None
        self.transaction_id = None

    async def ask(self, socket, action, payload):
        message_id = f"{action}-{next(self.counter)}"
        await socket.send(json.dumps([2, message_id, action, payload]))
        answer = json.loads(await socket.recv())
        assert answer[:2] == [3, message_id], answer
        return answer[2]

    async def charge(self):
        """Start a session and meter it until the connection breaks."""
        async with websockets.connect(self.url, subprotocols=["ocpp1.6"], proxy=None) as socket:
            await self.ask(socket, "BootNotification", {"chargePointVendor": "Acme", "chargePointModel": "One"})
            start = {"connectorId": 1, "idTag": "X", "meterStart": 0, "timestamp": BEGIN.isoformat()}
            self.transaction_id = (await self.ask(socket, "StartTransaction", start))["transactionId"]
            while True:
                await self.meter(socket, BEGIN + timedelta(seconds=len(self.acknowledged) + 1))

    async def meter(self, socket, at):
        self.unanswered = at
        value = {"timestamp": at.isoformat(), "sampledValue": [{"value": "100"}]}
        payload = {"connectorId": 1, "transactionId": self.transaction_id, "meterValue": [value]}
        await self.ask(socket, "MeterValues", payload)
        self.acknowledged.append(at)
        self.unanswered = None

    async def repeat_what_was_not_answered(self):
        async with websockets.connect(self.url, subprotocols=["ocpp1.6"], proxy=None) as socket:
            await self.meter(socket, self.unanswered or self.acknowledged[-1])


def samples(installation):
    """How often each (charger, instant) is stored."""
    rows = installation.query(
        "SELECT s.identity, m.at FROM stations_metersample m JOIN stations_station s ON s.id = m.station_id"
        " WHERE s.identity LIKE 'KILL-%'"
    )
    return Counter((identity, utc(at)) for identity, at in rows)


def connected(installation, key):
    _, page = installation.call("GET", "stations/?connected=true&search=KILL-&page_size=100", key)
    return {station["identity"] for station in page["results"]}


async def load_until_killed(installation, clients):
    tasks = [asyncio.create_task(client.charge()) for client in clients]
    await asyncio.to_thread(
        until, lambda: all(len(client.acknowledged) >= ENOUGH for client in clients), "there is load", 180
    )
    installation.kill("edge")
    return await asyncio.gather(*tasks, return_exceptions=True)


def test_every_acknowledged_message_survives_once_and_nobody_is_shown_connected_who_is_not(installation):
    key = installation.api_key()
    _, sites = installation.call("GET", "sites/", key)
    site = sites["results"][0]["id"]
    for identity in CHARGERS:
        status, body = installation.call(
            "POST", "stations/", key, {"identity": identity, "site": site, "security_profile": 0}
        )
        assert status == 201, body
    clients = [Client(installation.ocpp, identity) for identity in CHARGERS]

    ends = asyncio.run(load_until_killed(installation, clients))

    assert all(isinstance(end, websockets.ConnectionClosed) for end in ends), ends
    acknowledged = {(client.identity, at) for client in clients for at in client.acknowledged}
    stored = samples(installation)
    assert acknowledged <= set(stored)
    assert set(stored.values()) == {1}

    installation.start()
    until(lambda: connected(installation, key) == set(), "nobody is shown connected", 60)

    async def come_back():
        await asyncio.gather(*(client.repeat_what_was_not_answered() for client in clients))

    asyncio.run(come_back())
    stored = samples(installation)
    assert {(client.identity, at) for client in clients for at in client.acknowledged} == set(stored)
    assert set(stored.values()) == {1}
    sessions = installation.query("SELECT COUNT(*) FROM stations_session WHERE id_token = 'X'")
    assert sessions == [(len(CHARGERS),)]
