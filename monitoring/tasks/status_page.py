"""The public status pages."""

from celery import shared_task

from monitoring.services import publication, status_days, status_letters, subscriptions


@shared_task(name="monitoring.tasks.publish_incidents")
def publish_incidents() -> int:
    """Publish what is due, and write down who is told of it."""
    return publication.sweep() + status_letters.tell()


@shared_task(name="monitoring.tasks.send_status_letters")
def send_status_letters() -> int:
    """Send the letters that are due."""
    return status_letters.deliver()


@shared_task(name="monitoring.tasks.add_up_status_days")
def add_up_status_days() -> int:
    """Bring the days of status pages up to now, and forget who never confirmed."""
    return status_days.roll_up() + subscriptions.prune()
