"""Telling people. Each task fetches nothing itself: it calls one service."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from monitoring.services import notifying


@shared_task(name="monitoring.tasks.tell_people")
def tell_people() -> int:
    """Look at what is new, take the steps that are due, and send."""
    return notifying.tell()


@shared_task(name="monitoring.tasks.prune_notifications")
def prune_notifications() -> int:
    """Delete what people were told beyond its retention; incidents and alerts are kept."""
    return notifying.prune(older_than=timezone.now() - timedelta(days=settings.NOTIFICATION_DAYS))
