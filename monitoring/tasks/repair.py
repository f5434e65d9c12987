"""Self-repair."""

from celery import shared_task

from monitoring.services import repair_sweep


@shared_task(name="monitoring.tasks.repair")
def repair() -> int:
    """Begin runs of self-repair, and take those that are due a step further."""
    return repair_sweep.sweep()
