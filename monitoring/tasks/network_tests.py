"""Tests of the network."""

from celery import shared_task
from django.utils import timezone

from monitoring.services import network_tests


@shared_task(name="monitoring.tasks.test_network")
def test_network() -> int:
    """Take the open tests a step on, and start those that are due."""
    return network_tests.sweep(now=timezone.now())
