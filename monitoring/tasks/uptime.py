"""Periodic work on the uptime ledger."""

from celery import shared_task

from monitoring.services import ledger, uptime_rollups


@shared_task(name="monitoring.tasks.sweep_ledger")
def sweep_ledger() -> int:
    """Note what nobody tells: stations away for the grace time, EVSEs that are new or gone."""
    return ledger.sweep()


@shared_task(name="monitoring.tasks.roll_up_uptime")
def roll_up_uptime() -> int:
    """Bring the sums by month up to now."""
    return uptime_rollups.roll_up()
