"""Simulated chargers beside the browser: Playwright has the test's thread, so they live in one of their own."""

import asyncio
import threading
from contextlib import ExitStack, contextmanager

from stations.simulator.charger import VirtualCharger
from stations.simulator.profile import Profile


class Chargers:
    """Chargers of one installation, each a station of its first site unless another is named."""

    def __init__(self, installation):
        self._installation = installation
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._key = installation.api_key()

    @contextmanager
    def connected(self, *identities, site=1, protocol="ocpp2.0.1", **profile):
        """Stations made, and their chargers booted; gone at the end, but for what happened."""
        with ExitStack() as stack:
            yield [stack.enter_context(self._connected(identity, site, protocol, profile)) for identity in identities]

    @contextmanager
    def _connected(self, identity, site, protocol, profile):
        new = {"identity": identity, "site": site, "security_profile": 1, "password": f"password of {identity}"}
        status, answer = self.call("POST", "stations/", new)
        assert status == 201, answer
        profile = Profile(identity=identity, protocol=protocol, password=new["password"], **profile)
        charger = VirtualCharger(profile, url=self._installation.ocpp)
        self.run(charger.link.connect())
        try:
            self.run(charger.boot())
            yield charger
        finally:
            self.run(charger.close())

    def call(self, method, path, body):
        """Status and JSON of a REST request of the installation's operator."""
        return self._installation.call(method, path, self._key, body)

    def run(self, work):
        """What the coroutine `work` of a charger returns."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=120)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=60)
