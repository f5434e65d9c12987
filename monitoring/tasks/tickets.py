"""Tickets."""

from celery import shared_task

from monitoring.services import ticket_incidents, ticket_sweep


@shared_task(name="monitoring.tasks.sweep_tickets")
def sweep_tickets() -> int:
    """Tell drivers of incidents that are over, warn of what is soon due, close what was resolved long ago."""
    return ticket_incidents.tell_drivers() + ticket_sweep.sweep()
