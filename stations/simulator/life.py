"""The random life of one charger: cars come and go, things break, the network fails. One task, one agenda."""

import asyncio
import contextlib
import heapq
import itertools
import time
from collections.abc import Awaitable, Callable
from functools import partial

from .charger import ACCEPTED, VirtualCharger
from .outlet import Cure, Outlet, Token
from .station import Misuse
from .transport import CallError, CallTimeout, Offline
from .vehicle import Vehicle

Deed = Callable[[], Awaitable[None]]

HOUR_S = 3600.0
FIRST_CARS_WITHIN_S = 5.0
# How often it looks whether a heartbeat is due: the CSMS may change the interval at any time.
HEARTBEAT_LOOK_S = 5.0
FAULTS = ("GroundFailure", "OverCurrentFailure", "HighTemperature", "ReaderFailure", "InternalError")
CURES = {"ReaderFailure": Cure.SOFT_RESET, "InternalError": Cure.HARD_RESET}


class Life:
    """Drives `charger` by itself, repeatably for the same profile. Durations are simulated seconds.

    `occupied_at_start`: probability that a car stands at an outlet from the beginning.
    `arrivals_per_hour`: how often one comes to a free outlet.
    """

    def __init__(self, charger: VirtualCharger, *, occupied_at_start: float, arrivals_per_hour: float) -> None:
        self._charger = charger
        self._station = charger.station
        self._random = charger.station.random
        self._occupied_at_start = occupied_at_start
        self._arrivals_per_hour = arrivals_per_hour
        self._agenda: list[tuple[float, int, Deed]] = []
        self._order = itertools.count()
        self._wake = asyncio.Event()
        self._lived_s = charger.clock.elapsed_s()
        self._last_heartbeat = time.monotonic()
        charger.expecting = self._bring_car

    async def run(self) -> None:
        """Switch the charger on and live until cancelled."""
        self._charger.power_up()
        self._plan()
        while True:
            wait_s = self._agenda[0][0] - time.monotonic()
            if wait_s > 0:
                await self._doze(wait_s)
                continue
            _, _, deed = heapq.heappop(self._agenda)
            self._let_time_pass()
            try:
                await deed()
            except (CallError, CallTimeout, Offline, Misuse):
                continue  # it did not work out this time, as happens to drivers

    def _plan(self) -> None:
        profile = self._charger.profile
        self._later_real(HEARTBEAT_LOOK_S, self._heartbeat)
        self._later(self._random.uniform(0, self._charger.settings.meter_interval_s), self._meter)
        for outlet in () if profile.is_shunned else self._station.outlets.values():
            if self._random.random() < self._occupied_at_start:
                self._later_real(self._random.uniform(0, FIRST_CARS_WITHIN_S), partial(self._arrive, outlet))
            else:
                self._await_next_car(outlet)
        if profile.faults_per_hour > 0:
            self._later(self._gap_s(profile.faults_per_hour), self._break_down)
        if profile.offline_spells_per_hour > 0:
            self._later(self._gap_s(profile.offline_spells_per_hour), self._lose_network)

    # A visit.

    async def _arrive(self, outlet: Outlet) -> None:
        if outlet.vehicle is not None:
            return  # the next one is planned when this one leaves
        if outlet.fault or not outlet.operative or outlet.reserved:
            self._await_next_car(outlet)
            return
        self._station.plug_in(outlet.id, self._vehicle())
        self._later(self._random.uniform(2, 8), partial(self._identify, outlet))
        self._later(self._stay_s(), partial(self._finish, outlet))

    async def _identify(self, outlet: Outlet) -> None:
        tokens = self._charger.profile.id_tokens
        if outlet.session is not None or outlet.vehicle is None or not outlet.is_free or not tokens:
            return
        token = self._random.choice(tokens)
        if await self._charger.authorize(token) == ACCEPTED and outlet.is_free:
            self._station.start(outlet.id, Token(token))

    async def _finish(self, outlet: Outlet) -> None:
        if outlet.session is not None:
            self._station.stop(outlet.id)
        self._later(self._random.uniform(5, 60), partial(self._leave, outlet))

    async def _leave(self, outlet: Outlet) -> None:
        self._await_next_car(outlet)
        self._station.unplug(outlet.id)

    def _await_next_car(self, outlet: Outlet) -> None:
        self._later(self._gap_s(self._arrivals_per_hour), partial(self._arrive, outlet))

    def _bring_car(self, outlet: Outlet) -> None:
        self._later(self._random.uniform(3, 10), partial(self._arrive, outlet))

    def _vehicle(self) -> Vehicle:
        dc = self._charger.profile.current_type == "dc"
        return Vehicle(
            capacity_wh=self._random.uniform(35_000, 95_000),
            soc=self._random.uniform(0.1, 0.75),
            max_power_w=self._random.uniform(50_000, 200_000) if dc else self._random.choice((7_400, 11_000, 22_000)),
            ramp_w_per_s=self._random.uniform(500, 5_000),
        )

    def _stay_s(self) -> float:
        dc = self._charger.profile.current_type == "dc"
        return self._random.uniform(0.2, 0.8) * HOUR_S if dc else self._random.uniform(0.5, 4) * HOUR_S

    # The hardware.

    async def _heartbeat(self) -> None:
        interval_s = max(1, self._charger.settings.heartbeat_s)
        self._later_real(min(interval_s, HEARTBEAT_LOOK_S), self._heartbeat)
        if not self._charger.ready or time.monotonic() < self._last_heartbeat + interval_s:
            return
        self._last_heartbeat = time.monotonic()
        try:
            await self._charger.heartbeat()
        except CallTimeout:
            # A dead socket looks like this: hardware drops it and dials anew.
            self._charger.link.drop()
            self._charger.link.start()

    async def _meter(self) -> None:
        self._later(self._charger.settings.meter_interval_s, self._meter)
        for outlet in self._station.outlets.values():
            if outlet.session is not None:
                self._station.sample(outlet.id)

    async def _break_down(self) -> None:
        self._later(self._gap_s(self._charger.profile.faults_per_hour), self._break_down)
        outlet = self._random.choice(list(self._station.outlets.values()))
        if outlet.fault is None:
            code = self._random.choice(FAULTS)
            self._station.fault(outlet.id, code, cure=CURES.get(code))
            self._later(self._random.uniform(60, 1800), partial(self._repair, outlet))

    async def _repair(self, outlet: Outlet) -> None:
        self._station.clear_fault(outlet.id)

    async def _lose_network(self) -> None:
        self._charger.go_offline()
        self._later(self._random.uniform(30, 900), self._find_network)

    async def _find_network(self) -> None:
        self._later(self._gap_s(self._charger.profile.offline_spells_per_hour), self._lose_network)
        self._charger.link.start()

    # Time.

    def _gap_s(self, per_hour: float) -> float:
        return self._random.expovariate(per_hour / HOUR_S) if per_hour > 0 else float("inf")

    def _later(self, seconds: float, deed: Deed) -> None:
        self._later_real(seconds / self._charger.clock.speed, deed)

    def _later_real(self, seconds: float, deed: Deed) -> None:
        heapq.heappush(self._agenda, (time.monotonic() + seconds, next(self._order), deed))
        self._wake.set()

    def _let_time_pass(self) -> None:
        now_s = self._charger.clock.elapsed_s()
        self._station.advance(now_s - self._lived_s)
        self._lived_s = now_s

    async def _doze(self, seconds: float) -> None:
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
