"""TLS on a port of its own, for chargers of security profiles 2 and 3, where no proxy ends it."""

import asyncio
import contextlib
import os
import socket
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import uvicorn
from django.conf import settings

from stations.services import authority

# OCPP 2.0.1 A00.FR.318 and A00.FR.421 name four of these; TLS 1.3 brings its own. Forward secrecy goes first.
CIPHERS = (
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305"
    ":ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305"
    ":AES256-GCM-SHA384:AES128-GCM-SHA256"
)
KINDS: tuple[Literal["ecdsa", "rsa"], ...] = ("ecdsa", "rsa")
# Our own server certificates are made anew a month before their end.
RENEWAL_S = 24 * 3600.0


class Listener:
    """Serves what `server` serves on a second socket, by TLS. Ends the process where there is no certificate for it."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        try:
            self._context = make_context()
        except (authority.BadAuthority, OSError) as error:
            sys.exit(f"TLS cannot be set up: {error}")
        self._renewal: asyncio.Task[None] | None = None

    async def start(self, server: uvicorn.Server) -> None:
        """Begin to listen; the server closes the socket with its own."""
        config = server.config

        def protocol() -> asyncio.Protocol:
            made: Any = config.http_protocol_class
            state = server.lifespan.state
            return made(config=config, server_state=server.server_state, app_state=state)  # type: ignore[no-any-return]

        loop = asyncio.get_running_loop()
        server.servers.append(await loop.create_server(protocol, sock=self._listener, ssl=self._context))
        self._renewal = asyncio.create_task(self._renew())

    async def stop(self) -> None:
        if self._renewal is not None:
            self._renewal.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._renewal

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEWAL_S)
            await asyncio.to_thread(load, self._context)


def make_context() -> ssl.SSLContext:
    """TLS 1.2 or newer (A00.FR.313, A00.FR.416) with a server certificate; a client's is asked for and may be missing.

    One that is given has to lead to a root of ours, or the TLS handshake fails; all else is the handshake's to judge.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.verify_mode = ssl.CERT_OPTIONAL
    load(context)
    return context


def load(context: ssl.SSLContext) -> None:
    """Give the context its server certificates and the roots of clients, as they are now."""
    for path in _server_certificates():
        context.load_cert_chain(path)
    context.load_verify_locations(cadata="".join([*authority.roots(), *authority.intermediates()]))


def _server_certificates() -> Sequence[Path]:
    """TLS_CERTIFICATE: a PEM file with the server's key and certificate chain; without it our own authority signs."""
    if own := os.environ.get("TLS_CERTIFICATE"):
        return [Path(own)]
    return [authority.server_certificate(hosts(), kind=kind) for kind in KINDS]


def hosts() -> list[str]:
    """The names and addresses by which chargers reach us: ALLOWED_HOSTS where it names any, and this machine's."""
    named = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host.strip(".*")]
    return [*dict.fromkeys([*named, socket.gethostname(), "localhost", *_addresses(), "127.0.0.1"])]


def _addresses() -> list[str]:
    with contextlib.suppress(OSError):
        return [str(found[4][0]) for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return []
