"""`python -m config.embedded`: run until SIGINT or SIGTERM."""

import os
import signal
import socket
import sys
from types import FrameType
from typing import NoReturn

import django

HOST = "0.0.0.0"  # noqa: S104 - chargers and phones come from the network
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def main() -> None:
    for number in SIGNALS:
        signal.signal(number, _leave)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    port = int(os.environ.get("PORT") or 8000)
    listener, tls_listener = _bind(port), _bind_tls(port)
    django.setup()
    # Not before: it imports models.
    from config.embedded.server import prepare, serve  # noqa: PLC0415

    organization = prepare()
    # From here on the server minds the signals; when it has wound up it raises them once more, to nobody.
    for number in SIGNALS:
        signal.signal(number, _ignore)
    serve(listener, tls_listener, organization)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """Stopped before the server runs: there is nothing to wind up."""
    raise SystemExit(0)


def _ignore(number: int, frame: FrameType | None) -> None:
    pass


def _bind(port: int) -> socket.socket:
    """The server's socket, bound before the work begins but not listening: nobody is answered before all is ready."""
    try:
        return _listener(port)
    except OSError as error:
        sys.exit(f"Port {port} cannot be used ({error.strerror}). Choose another one: make run PORT=8001")


def _listener(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


def _bind_tls(port: int) -> socket.socket | None:
    """TLS_PORT, or 443 above the other one: that one may be taken, and then there is no TLS."""
    wanted = os.environ.get("TLS_PORT")
    if wanted:
        return _bind(int(wanted))
    try:
        return _listener(port + 443)
    except (OSError, OverflowError):
        return None


if __name__ == "__main__":
    main()
