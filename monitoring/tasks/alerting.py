"""Alerts."""

from celery import shared_task
from django.utils import timezone

from monitoring.services import alerting


@shared_task(name="monitoring.tasks.sweep_alerts")
def sweep_alerts() -> int:
    """Have the rules look that are due, and bring on the alerts that time does."""
    return alerting.sweep(now=timezone.now())
