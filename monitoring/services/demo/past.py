"""What monitoring tells of the demo network's past, part by part. Each part finds out by itself what it has done."""

import threading
from collections.abc import Callable, Sequence

import structlog
from django.db import transaction

from drivers import clock
from drivers.models import Organization
from monitoring.models import RuleRun
from monitoring.services.demo import (
    attempts,
    cases,
    claims,
    helpline,
    links,
    outages,
    repairs,
    status,
    team,
    temperatures,
    tickets,
    trials,
    upkeep,
)

log = structlog.get_logger(__name__)

# How much it wrote; what was there already is left as it is. `stop` ends a part between two of its steps.
Part = Callable[[Organization, threading.Event], int]

# In this order: what follows may rest on what was there before.
# What stands in lists by its number lies before the first that the network's chargers tell by themselves.
FIRST: tuple[Part, ...] = (team.make, status.open_page, links.make, outages.make)
# What rests on the sessions of the past.
PARTS: tuple[Part, ...] = (
    attempts.make,
    temperatures.make,
    cases.make,
    repairs.make,
    upkeep.make,
    claims.make,
    tickets.make,
    helpline.make,
    status.make,
    trials.make,
)


def begin(*, organization: Organization, stop: threading.Event) -> int:
    """Write what is missing of what comes before the chargers' first word; returns how much that was."""
    return _make(FIRST, organization, stop)


def make(*, organization: Organization, stop: threading.Event) -> int:
    """Write what else is missing; returns how much that was. Rules that look seldom look at what there is now."""
    written = _make(PARTS, organization, stop)
    if written:
        with transaction.atomic():
            RuleRun.objects.update(due_at=clock.now())
    return written


def _make(parts: Sequence[Part], organization: Organization, stop: threading.Event) -> int:
    written = 0
    for part in parts:
        if stop.is_set():
            break
        new = part(organization, stop)
        if new:
            log.info("demo.monitoring", part=part.__module__.rpartition(".")[2], written=new)
        written += new
    return written
