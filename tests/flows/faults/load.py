"""Chargers that charge without end, and an operator who asks things of them.

They are the simulator's: what belongs to a session is kept until it is acknowledged, and a lost socket is dialled again
with back-off. What they were promised is held against the tables by `ledger`.
"""

import asyncio
import random
import threading
from dataclasses import dataclass, field

from stations.simulator.charger import VirtualCharger
from stations.simulator.outlet import Token
from stations.simulator.profile import Profile
from tests.server import until

PREFIX = "LOAD-"
TOKEN = "LOAD-CARD"
PATIENCE_S = 180
READINGS = 10


@dataclass
class Driver:
    """One charger, with the sessions it had."""

    charger: VirtualCharger
    sessions: list = field(default_factory=list)

    @property
    def identity(self):
        return self.charger.profile.identity

    @property
    def answered(self):
        """Its CALLs that were answered."""
        return [call for call in list(self.charger.sent) if call.answer is not None]

    async def run(self):
        """Charge one vehicle after the other until cancelled."""
        self.charger.power_up()
        await self.charger.wait_until(lambda: self.charger.registered)
        while True:
            await self._serve_a_vehicle()

    async def _serve_a_vehicle(self):
        """What happens at the outlet happens, whether or not anybody can be told of it now."""
        station = self.charger.station
        station.plug_in(1)
        session = station.start(1, Token(TOKEN))
        self.sessions.append(session)
        for _ in range(READINGS):
            began = self.charger.clock.elapsed_s()
            await asyncio.sleep(random.uniform(0.5, 1.5))  # noqa: S311
            station.advance(self.charger.clock.elapsed_s() - began)
            station.sample(1)
        station.stop(1)
        station.unplug(1)


class Load:
    """`count` chargers, half of them of OCPP 1.6 and half of 2.0.1, on a thread of their own, spread over the edges."""

    def __init__(self, installation, count):
        self.installation = installation
        self.key = installation.api_key()
        self.site = self.call("GET", "sites/")["results"][0]["id"]
        self.call("POST", "id-tokens/", {"value": TOKEN, "type": "ISO14443"})
        for number in range(count):
            self.add_station(f"{PREFIX}{number}")
        self.drivers = [Driver(self._charger(number)) for number in range(count)]
        self.commands = []
        self._loop = asyncio.new_event_loop()
        self._over = threading.Event()

    def call(self, method, path, body=None):
        """The answer of a REST request that has to work."""
        status, answer = self.installation.call(method, path, self.key, body)
        assert status in (200, 201, 202), answer
        return answer

    def add_station(self, identity):
        self.call("POST", "stations/", {"identity": identity, "site": self.site, "security_profile": 0})

    def _charger(self, number):
        edges = list(self.installation.edge_ports)
        profile = Profile(
            identity=f"{PREFIX}{number}",
            protocol="ocpp2.0.1" if number % 2 else "ocpp1.6",
            id_tokens=(TOKEN,),
            call_timeout_s=30 if number % 3 else 120,
            seed=number,
        )
        url = self.installation.ocpp_of(edges[number // 2 % len(edges)])
        return VirtualCharger(profile, url=url, history=1_000_000)

    def start(self):
        """Switch the chargers on; returns once all of them charge."""
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._running = [asyncio.run_coroutine_threadsafe(driver.run(), self._loop) for driver in self.drivers]
        self._operator = threading.Thread(target=self._operate, daemon=True)
        self._operator.start()
        self.await_progress()

    def stop(self):
        """Switch the chargers off."""
        self._over.set()
        self._operator.join()
        for running in self._running:
            running.cancel()
        closing = [asyncio.run_coroutine_threadsafe(driver.charger.close(), self._loop) for driver in self.drivers]
        for each in closing:
            each.result(timeout=30)
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _operate(self):
        """Ask a charger for something a few times a second; what is not taken is nobody's promise."""
        while not self._over.wait(0.3):
            self.request(random.choice(self.drivers).identity)  # noqa: S311

    def request(self, identity):
        """Ask one charger for something; the command's id, or None where the portal did not take it."""
        try:
            status, command = self.installation.call(
                "POST", f"stations/{identity}/commands/", self.key, {"kind": "clear_cache"}
            )
        except (OSError, ValueError):
            return None
        if status not in (200, 201, 202):
            return None
        self.commands.append(command["id"])
        return command["id"]

    def reconnect(self, drivers, edge):
        """Have chargers lose the network, and come back to an edge: the one that a balancer would choose."""

        async def move():
            for driver in drivers:
                driver.charger.link.drop()
                driver.charger.link._url = f"{self.installation.ocpp_of(edge)}/{driver.identity}"
                driver.charger.link.start()

        asyncio.run_coroutine_threadsafe(move(), self._loop).result()
        until(lambda: all(driver.charger.ready for driver in drivers), f"they are connected to {edge}", PATIENCE_S)

    @property
    def sockets(self):
        """The open sockets by identity: the same object as long as none was lost."""
        return {driver.identity: driver.charger.link.socket for driver in self.drivers}

    def await_progress(self, messages_each=3):
        """Wait until every charger had some more of its CALLs answered, Heartbeats aside."""
        before = [self._progress(driver) for driver in self.drivers]

        def progressed():
            running = zip(self.drivers, before, strict=True)
            return all(self._progress(driver) >= answered + messages_each for driver, answered in running)

        until(progressed, f"every charger gets answers\n{self.installation.logs()}", PATIENCE_S)

    @staticmethod
    def _progress(driver):
        return sum(call.action != "Heartbeat" for call in driver.answered)
