"""Letters of tickets, out and in."""

from celery import shared_task

from monitoring.services import fetching_letters, ticket_letters


@shared_task(name="monitoring.tasks.send_ticket_letters")
def send_ticket_letters() -> int:
    """Send what is due to drivers."""
    return ticket_letters.send_due()


@shared_task(name="monitoring.tasks.fetch_letters")
def fetch_letters() -> int:
    """Take in what drivers have written to the support mailbox."""
    return fetching_letters.fetch()
