"""Preparing the installation, and the server with everything that runs beside it."""

import asyncio
import hashlib
import os
import socket
import sys

import uvicorn
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from config import server
from config.embedded import tls
from config.embedded.background import Chargers, History, Worker
from config.server import configuration
from drivers.models import Organization
from stations.services.demo.network import PASSWORD, PEOPLE
from stations.services.demo.seed import seed

# Somebody waits for it to stop, and its chargers have nowhere else to go.
DRAIN_S = 1.0


def prepare() -> Organization:
    """Bring database and static files up to date and make the demo network; returns its organization."""
    call_command("migrate", verbosity=0, interactive=False)
    _collect_static()
    return seed()


def serve(listener: socket.socket, tls_listener: socket.socket | None, organization: Organization) -> None:
    """Serve on `listener`, and by TLS on `tls_listener`, until a signal comes."""
    config = configuration()
    Server(config, organization, listener, tls_listener).run(sockets=[listener])


class Server(server.Server):
    """The chargers' server, with what runs beside it started and stopped in order."""

    def __init__(
        self,
        config: uvicorn.Config,
        organization: Organization,
        listener: socket.socket,
        tls_listener: socket.socket | None,
    ) -> None:
        super().__init__(config, drain_s=DRAIN_S)
        port = int(listener.getsockname()[1])
        self._tls = tls.Listener(tls_listener) if tls_listener else None
        self._worker = Worker()
        self._chargers = Chargers(f"ws://127.0.0.1:{port}/ocpp/")
        self._history = History(organization, then=self._chargers.start)
        self._banner = banner(port, tls_listener.getsockname()[1] if tls_listener else None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await asyncio.to_thread(self._worker.start)
        await super().startup(sockets)
        if self._tls is not None:
            await self._tls.start(self)
        self._history.start()
        sys.stdout.write(self._banner)
        sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        worker = asyncio.create_task(asyncio.to_thread(self._worker.stop))
        # Virtual chargers first, or they would try to come back while the server leaves.
        await asyncio.to_thread(self._stop_demo)
        if self._tls is not None:
            await self._tls.stop()
        await super().shutdown(sockets)
        await worker

    def _stop_demo(self) -> None:
        # What starts the chargers goes before them.
        self._history.stop()
        self._chargers.stop()


def banner(port: int, tls_port: int | None) -> str:
    """Where to look, and who to sign in as."""
    portal = f"http://localhost:{port}"
    by_tls = f"wss://localhost:{tls_port}/ocpp/<identity>" if tls_port else "not by TLS: its port is in use"
    people = "\n".join(f"    {person.email:<26} {person.role or 'driver'}" for person in PEOPLE)
    return f"""
  Busbar is running.

    Map for drivers    {portal}/
    Console            {portal}/console/
    REST API           {portal}/api/docs/
    Chargers           ws://localhost:{port}/ocpp/<identity>
                       {by_tls}

  Sign in with the password {PASSWORD} as

{people}

  Everything is kept in {settings.DATA_DIR}. Ctrl-C stops it.

"""


def _collect_static() -> None:
    """Collect the static files, unless those collected last are the same: hashing them all takes seconds."""
    # Another storage (DEBUG) writes other names.
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list(None):
            found = os.stat(storage.path(name))
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    stamp = settings.STATIC_ROOT / ".collected"
    if stamp.is_file() and stamp.read_text() == digest.hexdigest():
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(digest.hexdigest())
