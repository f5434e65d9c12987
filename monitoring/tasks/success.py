"""Attempts to charge: counted, taken in from before, and what ports are used to."""

from celery import shared_task

from monitoring.services import habits, success


@shared_task(name="monitoring.tasks.count_success")
def count_success() -> int:
    """Count the days whose attempts changed."""
    return success.sweep()


@shared_task(name="monitoring.tasks.take_in_sessions")
def take_in_sessions() -> int:
    """Write down the attempts of sessions that told no fact."""
    return success.take_in()


@shared_task(name="monitoring.tasks.learn_habits")
def learn_habits() -> int:
    """Work out when ports usually charge."""
    return habits.sweep()
