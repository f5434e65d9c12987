"""Telling people. Each task fetches nothing itself: it calls one service."""

from celery import shared_task

from monitoring.services import notifying


@shared_task(name="monitoring.tasks.tell_people")
def tell_people() -> int:
    """Look at what is new, take the steps that are due, and send."""
    return notifying.tell()
