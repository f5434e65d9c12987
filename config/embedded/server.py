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

from config.embedded.background import Chargers, History, Worker
from drivers.models import Organization
from stations.services.demo.network import PASSWORD, PEOPLE
from stations.services.demo.seed import seed

# Up to so many times the limit on frames the application answers an oversized frame itself; beyond, the socket closes.
FRAME_LIMIT_FACTOR = 16


def prepare() -> Organization:
    """Bring database and static files up to date and make the demo network; returns its organization."""
    call_command("migrate", verbosity=0, interactive=False)
    _collect_static()
    return seed()


def serve(listener: socket.socket, organization: Organization) -> None:
    """Serve on `listener` until a signal comes."""
    config = uvicorn.Config(
        "config.asgi:application",
        log_config=None,
        access_log=False,
        lifespan="on",
        # It can refuse a charger's handshake with 401 and 404; Channels' own server only with 403.
        ws="websockets-sansio",
        ws_max_size=settings.OCPP_MAX_FRAME_BYTES * FRAME_LIMIT_FACTOR,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        # Some chargers break on it, and their messages are short.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=2,
    )
    Server(config, organization, port=listener.getsockname()[1]).run(sockets=[listener])


class Server(uvicorn.Server):
    """uvicorn, with what runs beside it started and stopped in order."""

    def __init__(self, config: uvicorn.Config, organization: Organization, *, port: int) -> None:
        super().__init__(config)
        self._worker = Worker()
        self._chargers = Chargers(f"ws://127.0.0.1:{port}/ocpp/")
        self._history = History(organization)
        self._banner = banner(port)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await asyncio.to_thread(self._worker.start)
        await super().startup(sockets)
        self._chargers.start()
        self._history.start()
        sys.stdout.write(self._banner)
        sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        worker = asyncio.create_task(asyncio.to_thread(self._worker.stop))
        # Virtual chargers first, or they would try to come back while the server leaves.
        await asyncio.gather(asyncio.to_thread(self._chargers.stop), asyncio.to_thread(self._history.stop))
        await super().shutdown(sockets)
        await worker


def banner(port: int) -> str:
    """Where to look, and who to sign in as."""
    portal = f"http://localhost:{port}"
    people = "\n".join(f"    {person.email:<26} {person.role or 'driver'}" for person in PEOPLE)
    return f"""
  Busbar is running.

    Map for drivers    {portal}/
    Console            {portal}/console/
    REST API           {portal}/api/docs/
    Chargers           ws://localhost:{port}/ocpp/<identity>

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
