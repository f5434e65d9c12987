"""Exclusions."""

from celery import shared_task
from django.utils import timezone

from monitoring.services import exclusions


@shared_task(name="monitoring.tasks.propose_exclusions")
def propose_exclusions() -> int:
    """Propose what announced maintenance windows exclude, once each is over."""
    return exclusions.propose_of_windows(now=timezone.now())
