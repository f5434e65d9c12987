"""`manage.py simulate`: virtual chargers against any CSMS."""

import asyncio
import contextlib
import itertools
import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stations.simulator.fleet import Fleet, Totals
from stations.simulator.profile import Profile, Protocol

REPORT_EVERY_S = 5.0
PROTOCOLS: dict[str, tuple[Protocol, ...]] = {
    "ocpp1.6": ("ocpp1.6",),
    "ocpp2.0.1": ("ocpp2.0.1",),
    "ocpp2.1": ("ocpp2.1",),
    "all": ("ocpp1.6", "ocpp2.0.1", "ocpp2.1"),
}


class Command(BaseCommand):
    """Runs a fleet until Ctrl-C."""

    help = "Run virtual chargers against a CSMS: cars come, charge and go."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The fleet's size, where it connects, and how it behaves."""
        parser.add_argument("--chargers", type=int, default=10)
        parser.add_argument("--protocol", choices=PROTOCOLS, default="all")
        parser.add_argument("--url", default="ws://127.0.0.1:8000/ocpp", help="the identity is appended")
        parser.add_argument("--password", help="for HTTP Basic auth, the same for all")
        parser.add_argument("--prefix", default="SIM", help="identities are PREFIX-0001, PREFIX-0002, ...")
        parser.add_argument("--token", action="append", help="an id token of the drivers; may be repeated")
        parser.add_argument("--meter-interval", type=int, default=30, help="seconds")
        parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds in a real one")
        parser.add_argument("--faults-per-hour", type=float, default=0.0)
        parser.add_argument("--offline-spells-per-hour", type=float, default=0.0)

    def handle(self, *args: Any, **options: Any) -> None:
        """Start the fleet and report until interrupted."""
        try:
            fleet = Fleet(_profiles(options), url=options["url"], speed=options["speed"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._run(fleet))

    async def _run(self, fleet: Fleet) -> None:
        running = asyncio.create_task(fleet.run())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, running.cancel)
        while not running.done():
            await asyncio.wait([running], timeout=REPORT_EVERY_S)
            self.stdout.write(_line(fleet.totals()))
        await running


def _profiles(options: dict[str, Any]) -> list[Profile]:
    protocols = itertools.cycle(PROTOCOLS[options["protocol"]])
    return [
        Profile(
            identity=f"{options['prefix']}-{number:04d}",
            protocol=protocol,
            password=options["password"],
            serial=f"{options['prefix']}-{number:04d}",
            meter_interval_s=options["meter_interval"],
            id_tokens=tuple(options["token"] or ["SIMTAG1"]),
            faults_per_hour=options["faults_per_hour"],
            offline_spells_per_hour=options["offline_spells_per_hour"],
        )
        for number, protocol in zip(range(1, options["chargers"] + 1), protocols, strict=False)
    ]


def _line(totals: Totals) -> str:
    return (
        f"{totals.connected}/{totals.chargers} connected, {totals.charging} sessions, "
        f"{totals.power_w / 1000:.1f} kW, {totals.energy_wh / 1000:.2f} kWh, {totals.messages} messages"
    )
