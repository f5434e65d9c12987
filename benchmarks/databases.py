"""A database for the time of a benchmark, beside the one at DATABASE_URL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg


def server_url() -> str:
    """The server's own database, from where others are made."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres"))


@contextmanager
def temporary(purpose: str) -> Iterator[str]:
    """The URL of a new, empty database, which is dropped at the end."""
    base = urlsplit(os.environ["DATABASE_URL"])
    name = f"{base.path.strip('/')}_{purpose}_{os.getpid()}"
    with psycopg.connect(server_url(), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(base._replace(path=f"/{name}"))
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
