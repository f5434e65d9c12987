"""kill -9 in the middle of what monitoring does: a maintenance window, and connections that the dead process held."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta

import pytest
import websockets

from tests.server import until

BOOT = {"chargePointVendor": "Acme", "chargePointModel": "One"}
PATIENCE_S = 240


class Charger:
    """Speaks 1.6 and answers nothing by itself."""

    def __init__(self, url, identity):
        self.url, self.identity, self.socket, self.count = f"{url}/{identity}", identity, None, 0

    async def connect(self):
        self.socket = await websockets.connect(self.url, subprotocols=["ocpp1.6"], proxy=None)
        await self.tell("BootNotification", BOOT)
        await self.is_plug("Available")

    async def is_plug(self, status):
        told = {"connectorId": 1, "errorCode": "NoError", "status": status}
        await self.tell("StatusNotification", told | {"timestamp": datetime.now(UTC).isoformat()})

    async def tell(self, action, payload):
        """Send a CALL; a CALL that comes before the answer is left without one."""
        self.count += 1
        await self.socket.send(json.dumps([2, f"{action}-{self.count}", action, payload]))
        while json.loads(await self.socket.recv())[:2] != [3, f"{action}-{self.count}"]:
            pass

    async def asked(self, action):
        """The next CALL of this action; every other one is not implemented."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                kind, number, *rest = json.loads(await self.socket.recv())
                if kind == 2 and rest[0] == action:
                    return number, rest[1]
                if kind == 2:
                    await self.socket.send(json.dumps([4, number, "NotImplemented", "", {}]))

    async def takes(self, availability):
        number, payload = await self.asked("ChangeAvailability")
        assert payload["type"] == availability
        await self.socket.send(json.dumps([3, number, {"status": "Accepted"}]))
        await self.is_plug("Available" if availability == "Operative" else "Unavailable")


@pytest.fixture
def place(installation):
    """The installation with a key of its operator, and `chargers(n)` of a public site."""
    key = installation.api_key()
    _, sites = installation.call("GET", "sites/", key)
    site = next(site for site in sites["results"] if site["is_public"])

    def chargers(count):
        made = [Charger(installation.ocpp, f"KILLED-{number}") for number in range(count)]
        for charger in made:
            asked = {"identity": charger.identity, "site": site["id"], "security_profile": 0}
            status, body = installation.call("POST", "stations/", key, asked)
            assert status == 201, body
        return made

    installation.key, installation.site, installation.chargers = key, site, chargers
    return installation


def announced(place, charger):
    """The id of a window that is on."""
    now = datetime.now(UTC)
    asked = {
        "site": place.site["id"],
        "stations": [charger.identity],
        "title": "The cable is replaced",
        "starts_at": now.isoformat(),
        "ends_at": (now + timedelta(hours=2)).isoformat(),
    }
    status, window = place.call("POST", "maintenance-windows/", place.key, asked)
    assert status == 201, window
    return window["id"]


async def shown(place, window, state):
    def is_so():
        _, page = place.call("GET", f"maintenance-windows/{window}/evses/", place.key)
        return [row["state"] for row in page["results"]] == [state]

    await asyncio.to_thread(until, is_so, f"it is {state}", PATIENCE_S)


async def test_a_window_survives_a_kill_between_the_command_and_its_answer_and_ends_while_the_charger_is_away(place):
    (charger,) = place.chargers(1)
    await charger.connect()
    window = announced(place, charger)
    _, payload = await charger.asked("ChangeAvailability")
    assert payload["type"] == "Inoperative"
    for name in list(place.processes):
        place.kill(name)
    await asyncio.to_thread(place.start)
    await charger.connect()
    await charger.takes("Inoperative")
    await shown(place, window, "out")
    await charger.socket.close()
    place.call("POST", f"maintenance-windows/{window}/end/", place.key)
    await shown(place, window, "out")
    await charger.connect()
    await charger.takes("Operative")
    await shown(place, window, "back")


async def test_connections_that_died_with_their_edge_are_our_doing_and_not_the_routers(place):
    chargers = place.chargers(3)
    for charger in chargers:
        await charger.connect()
    place.kill("edge")
    await asyncio.to_thread(place.start)
    for charger in chargers:
        await charger.connect()

    def judged():
        _, page = place.call("GET", "connectivity/drops/", place.key)
        return {d["station"]: d["culprit"] for d in page["results"] if d["station"].startswith("KILLED-")}

    began = time.monotonic()
    await asyncio.to_thread(until, lambda: len(judged()) == 3 and all(judged().values()), "they are judged", PATIENCE_S)
    assert set(judged().values()) == {"us"}, (judged(), time.monotonic() - began)
