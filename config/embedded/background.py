"""What the one-process installation runs beside the server: Celery's worker and beat, the demo's chargers and past."""

import asyncio
import threading
from collections.abc import Callable, Sequence

from celery.beat import EmbeddedService
from celery.worker import WorkController, state

from config.celery import app
from config.env import DATA_DIR
from drivers.models import Organization
from monitoring.services.demo import past
from stations.services.demo import history
from stations.services.demo.network import STATIONS
from stations.simulator.fleet import Fleet
from stations.simulator.profile import Profile

STOP_TIMEOUT_S = 5


class Worker:
    """Celery's worker and beat on threads of this process."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._worker = WorkController(
            app=app,
            pool_cls="threads",
            concurrency=2,
            ready_callback=lambda consumer: self._ready.set(),
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        self._thread = threading.Thread(target=self._worker.start, name="worker", daemon=True)
        self._beat = EmbeddedService(app, thread=True, scheduler_cls=app.conf.beat_scheduler)

    def start(self) -> None:
        """Return once tasks are taken."""
        app.finalize()
        app.set_default()
        self._thread.start()
        self._ready.wait()
        self._beat.start()

    def stop(self) -> None:
        """Let running tasks end; takes up to three seconds, in which the worker looks for news only now and then."""
        state.should_stop = 0
        self._beat.stop()
        self._thread.join(STOP_TIMEOUT_S)


class Chargers:
    """The demo network's virtual chargers, on an event loop of their own so that the server's is never late."""

    def __init__(self, url: str) -> None:
        self._fleet = Fleet(profiles(), url=url, occupied_at_start=0.9, memory_path=DATA_DIR / "chargers.json")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="chargers", daemon=True)
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Unplug them, if they are."""
        if self._thread.ident is None:
            return
        if self._running is not None:
            self._loop.call_soon_threadsafe(self._running.cancel)
        self._thread.join(STOP_TIMEOUT_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._running = self._loop.create_task(self._fleet.run())
        try:
            self._loop.run_until_complete(self._running)
        except asyncio.CancelledError:
            pass
        finally:
            self._loop.close()


class History:
    """Writes the demo network's past, and lets its present begin where that is wanted: `then`."""

    def __init__(self, organization: Organization, *, then: Callable[[], None]) -> None:
        self._stop = threading.Event()
        self._then = then
        self._thread = threading.Thread(target=self._run, args=(organization,), name="history", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(STOP_TIMEOUT_S)

    def _run(self, organization: Organization) -> None:
        past.begin(organization=organization, stop=self._stop)
        if self._stop.is_set():
            return
        self._then()
        history.make(organization=organization, stop=self._stop)
        past.make(organization=organization, stop=self._stop)


def profiles() -> Sequence[Profile]:
    """The virtual chargers of the demo network; a few are as troublesome as some hardware is."""
    return [
        Profile(
            identity=station.identity,
            protocol=station.protocol,
            password=station.password,
            evses=station.evses,
            current_type=station.current_type,
            max_power_w=station.max_power_w,
            vendor=station.vendor,
            model=station.model,
            firmware_version=station.nature.firmware,
            power_shares=tuple(station.power_share(number) for number in range(1, station.evses + 1)),
            is_shunned=station.nature.is_shunned,
            iccid=station.iccid,
            serial=f"{station.identity}-2023",
            meter_interval_s=15,
            id_tokens=station.cards,
            clock_offset_s=-75 if number % 8 == 3 else 0,
            faults_per_hour=0.05 if number % 5 == 4 else 0,
            offline_spells_per_hour=0.3 if number % 6 == 5 else 0,
            seed=number,
        )
        for number, station in enumerate(STATIONS)
    ]
