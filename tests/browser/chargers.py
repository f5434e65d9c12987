"""Simulated chargers beside the browser: Playwright has the test's thread, so they live in one of their own."""

import asyncio
import threading
from contextlib import ExitStack, contextmanager

from stations.simulator.charger import VirtualCharger
from stations.simulator.profile import Profile


class Chargers:
    """Chargers of one installation, each a station of its first site."""

    def __init__(self, installation):
        self._installation = installation
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._key = installation.api_key()

    @contextmanager
    def connected(self, *identities, protocol="ocpp2.0.1", **profile):
        """Stations made, and their chargers booted; gone at the end, but for what happened."""
        with ExitStack() as stack:
            yield [stack.enter_context(self._connected(identity, protocol, profile)) for identity in identities]

    @contextmanager
    def _connected(self, identity, protocol, profile):
        new = {"identity": identity, "site": 1, "security_profile": 1, "password": f"password of {identity}"}
        status, answer = self._installation.call("POST", "stations/", self._key, new)
        assert status == 201, answer
        profile = Profile(identity=identity, protocol=protocol, password=new["password"], **profile)
        charger = VirtualCharger(profile, url=self._installation.ocpp)
        self.run(charger.link.connect())
        try:
            self.run(charger.boot())
            yield charger
        finally:
            self.run(charger.close())

    def run(self, work):
        """What the coroutine `work` of a charger returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=120)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=60)
