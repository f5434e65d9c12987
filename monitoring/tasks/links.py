"""Links of chargers."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from monitoring.services import drops, link_days, network_tests

# A year and a bit, as the ledger of uptime looks back twelve months.
KEPT = timedelta(days=400)


@shared_task(name="monitoring.tasks.judge_drops")
def judge_drops() -> int:
    """Say whose fault lost connections were, a backlog in one go."""
    now = timezone.now()
    return sum(iter(lambda: drops.judge(now=now), 0))


@shared_task(name="monitoring.tasks.roll_up_links")
def roll_up_links() -> int:
    """Make the links' figures of today and of seven days anew."""
    return link_days.refresh(now=timezone.now())


@shared_task(name="monitoring.tasks.prune_links")
def prune_links() -> int:
    """Delete drops, days of links and tests that are too old."""
    horizon = timezone.now() - KEPT
    return sum(store.prune(older_than=horizon) for store in (drops, link_days, network_tests))
