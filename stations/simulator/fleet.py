"""Many virtual chargers with a life of their own in one process."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import memory
from .charger import VirtualCharger
from .clock import Clock
from .life import Life
from .profile import Profile
from .station import Station

REMEMBER_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class Totals:
    """The fleet at one moment; `energy_wh` is what was delivered since the fleet began."""

    chargers: int
    connected: int
    charging: int
    power_w: float
    energy_wh: float
    messages: int


class Fleet:
    """Virtual chargers that connect to `url` (the identity is appended), boot, and serve cars that come and go.

    `speed`: simulated seconds in a real one, for everything physical (cars, meters, faults, offline spells) and for
    the time stamps; heartbeats, time-outs and reconnects are the network's and stay real.
    `occupied_at_start`: share of the EVSEs that find a car within the first seconds.
    `arrivals_per_hour`: mean arrivals at a free EVSE, in simulated hours. `connects_per_s`: how fast they connect.
    `memory_path`: the file that keeps registers and running sessions from one run to the next, as hardware does;
    sessions that a run left behind are then ended by the next one, with the reason PowerLoss.
    """

    def __init__(
        self,
        profiles: Sequence[Profile],
        *,
        url: str,
        speed: float = 1.0,
        occupied_at_start: float = 0.6,
        arrivals_per_hour: float = 2.0,
        connects_per_s: float = 50.0,
        memory_path: Path | None = None,
    ) -> None:
        clock = Clock(speed=speed)
        self.chargers = [VirtualCharger(profile, url=url, clock=clock, history=0) for profile in profiles]
        self._lives = [
            Life(charger, occupied_at_start=occupied_at_start, arrivals_per_hour=arrivals_per_hour)
            for charger in self.chargers
        ]
        self._connects_per_s = connects_per_s
        self._memory = memory_path

    async def run(self) -> None:
        """Run until cancelled. Cars still charging then stay unfinished, as when hardware loses its power."""
        if self._memory is not None:
            memory.load(self._memory, self._stations)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._remember())
                for life in self._lives:
                    group.create_task(life.run())
                    await asyncio.sleep(random.uniform(0.5, 1.5) / self._connects_per_s)  # noqa: S311
        finally:
            if self._memory is not None:
                memory.save(self._memory, self._stations)
            await asyncio.gather(*(charger.close() for charger in self.chargers))

    @property
    def _stations(self) -> list[Station]:
        return [charger.station for charger in self.chargers]

    async def _remember(self) -> None:
        while self._memory is not None:
            memory.save(self._memory, self._stations)
            await asyncio.sleep(REMEMBER_EVERY_S)

    def totals(self) -> Totals:
        """What the fleet does now, for a line of progress."""
        outlets = [outlet for charger in self.chargers for outlet in charger.station.outlets.values()]
        return Totals(
            chargers=len(self.chargers),
            connected=sum(charger.online for charger in self.chargers),
            charging=sum(outlet.session is not None for outlet in outlets),
            power_w=sum(outlet.meter.power_w for outlet in outlets),
            energy_wh=sum(outlet.meter.delivered_wh for outlet in outlets),
            messages=sum(charger.link.sent for charger in self.chargers),
        )
