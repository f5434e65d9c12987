"""What monitoring tells of the demo network's past, part by part. Each part finds out by itself what it has done."""

import threading
from collections.abc import Callable

import structlog

from drivers.models import Organization
from monitoring.services.demo import outages

log = structlog.get_logger(__name__)

# How much it wrote; what was there already is left as it is. `stop` ends a part between two of its steps.
Part = Callable[[Organization, threading.Event], int]

# In this order: what follows may rest on what was there before.
PARTS: tuple[Part, ...] = (outages.make,)


def make(*, organization: Organization, stop: threading.Event) -> int:
    """Write what is missing; returns how much that was."""
    written = 0
    for part in PARTS:
        if stop.is_set():
            break
        written += part(organization, stop)
    if written:
        log.info("demo.monitoring", written=written)
    return written
