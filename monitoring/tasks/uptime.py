"""Periodic work on the uptime ledger."""

from celery import shared_task
from django.utils import timezone

from monitoring.services import ledger, site_hours, uptime_rollups


@shared_task(name="monitoring.tasks.sweep_ledger")
def sweep_ledger() -> int:
    """Note what nobody tells: stations away for the grace time, EVSEs that are new or gone, sites with other hours."""
    return site_hours.follow(now=timezone.now()) + ledger.sweep()


@shared_task(name="monitoring.tasks.roll_up_uptime")
def roll_up_uptime() -> int:
    """Bring the sums by month up to now."""
    return uptime_rollups.roll_up()
