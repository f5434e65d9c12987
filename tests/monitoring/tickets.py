"""Tickets for tests, made by the service that makes them."""

from monitoring.models import Ticket
from monitoring.services import tickets


def report(network, **more):
    """A driver's report about the network's station."""
    given = {
        "organization": network.organization,
        "subject": "It does not start",
        "body": "I tried three times.",
        "source": Ticket.Source.FORM,
        "station": network.station,
        "contact_email": "driver@example.com",
        "contact_name": "Ada",
    }
    return tickets.open_ticket(**{**given, **more})
