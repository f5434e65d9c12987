"""`python -m config.edge`: one process that holds chargers' sockets, until SIGTERM or SIGINT.

Run as many as there are cores to spare: each has its own lease, lanes and chargers. After the first signal it takes
leave of its chargers over EDGE_DRAIN_SECONDS; a second one hurries it.
"""

import argparse
import os
import resource
import signal
from types import FrameType

import django
import structlog

log = structlog.get_logger(__name__)

# Beside the sockets: database connections, libraries, logs.
OTHER_FILES = 200


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    options = parser().parse_args()
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - not before they are set up

    # It imports models.
    from config.server import Server, configuration  # noqa: PLC0415

    # The server minds the signals while it runs; when it has wound up it raises them once more, to nobody.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _ignore)
    raise_file_limit()
    config = configuration(
        host=options.host,
        port=options.port,
        # Only what these say of a charger's address and TLS is believed.
        forwarded_allow_ips=list(settings.TRUSTED_PROXIES),
    )
    Server(config, drain_s=settings.EDGE_DRAIN_SECONDS).run()


def parser() -> argparse.ArgumentParser:
    """The program's options; all else is a setting."""
    options = argparse.ArgumentParser(prog="python -m config.edge", description=__doc__)
    options.add_argument("--host", default="127.0.0.1", help="the address to listen at (default: %(default)s)")
    options.add_argument("--port", type=int, default=9000, help="the port to listen at (default: %(default)s)")
    return options


def raise_file_limit() -> None:
    """Each socket is an open file, and the usual limit of 1,024 is far less than a process can hold."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    log.info("edge.file_limit", open_files=hard, chargers_at_most=hard - OTHER_FILES)


def _ignore(number: int, frame: FrameType | None) -> None:
    pass


if __name__ == "__main__":
    main()
