"""Links of chargers."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from monitoring.services import drops, link_days, network_tests, temperatures

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


@shared_task(name="monitoring.tasks.take_in_temperatures")
def take_in_temperatures() -> int:
    """Keep each station's highest temperature of a day."""
    return temperatures.take_in(now=timezone.now())


@shared_task(name="monitoring.tasks.prune_links")
def prune_links() -> int:
    """Delete drops, days of links, temperatures and tests that are too old."""
    horizon = timezone.now() - KEPT
    return sum(store.prune(older_than=horizon) for store in (drops, link_days, network_tests, temperatures))
