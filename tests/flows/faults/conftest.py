"""Faults are done to one installation on a PostgreSQL and a Redis of its own, under a load that goes on through all."""

import os
import sys

import pytest

from tests.flows.faults.load import Load
from tests.installation import Installation
from tests.services import Postgres, Redis

CHARGERS = 30
METRICS_TOKEN = "faults"


def pytest_collection_modifyitems(items):
    if "DATABASE_URL" in os.environ:
        return
    skip = pytest.mark.skip(reason="faults of PostgreSQL and Redis: they run where DATABASE_URL names a PostgreSQL")
    for item in items:
        if "tests/flows/faults" in item.nodeid:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def postgres():
    service = Postgres()
    try:
        service.start()
        yield service
    finally:
        service.remove()


@pytest.fixture(scope="session")
def redis():
    service = Redis()
    try:
        service.start()
        yield service
    finally:
        service.remove()


@pytest.fixture(scope="session")
def clock(tmp_path_factory):
    """The file with the seconds by which the clocks of the installation's processes are off."""
    path = tmp_path_factory.mktemp("clock") / "offset"
    path.write_text("0")
    return path


@pytest.fixture(scope="session")
def place(tmp_path_factory, postgres, redis, clock):
    """The installation: two edges, portal, worker and beat."""
    installation = Installation(
        tmp_path_factory.mktemp("faults") / "data",
        edges=2,
        launcher=[sys.executable, "-m", "tests.clock", str(clock)],
        DATABASE_URL=postgres.url,
        REDIS_URL=redis.url,
        METRICS_TOKEN=METRICS_TOKEN,
    )
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


@pytest.fixture(scope="session")
def load(place):
    """Chargers that all charge, and commands on their way."""
    load = Load(place, CHARGERS)
    load.start()
    yield load
    load.stop()
