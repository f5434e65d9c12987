"""Periodic work on the floor of stations. Each task fetches nothing itself: it calls one service."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from stations import journal
from stations.services import commands, connections, frames


@shared_task
def deliver_facts() -> int:
    """Hand unsettled facts to their subscribers, a backlog in one go."""
    return sum(iter(journal.deliver, 0))


@shared_task
def close_orphans() -> int:
    """Close the connections of edge processes that died."""
    return sum(iter(lambda: connections.close_orphans(now=timezone.now()), 0))


@shared_task
def sweep_commands() -> int:
    """Close commands that expired or had no effect."""
    return commands.sweep()


@shared_task
def prune() -> int:
    """Delete frames, closed connections and settled facts beyond their retention."""
    horizon = timezone.now() - timedelta(days=settings.OCPP_FRAME_DAYS)
    return sum(store.prune(older_than=horizon) for store in (frames, connections, journal))
