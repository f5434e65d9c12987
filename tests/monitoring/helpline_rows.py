"""Contacts with the helpline."""

from datetime import timedelta

from django.utils import timezone

from monitoring.models import HelplineContact


def contact_of(organization, **details):
    """Somebody called about a charger that does not start, and was helped."""
    now = timezone.now()
    return HelplineContact.objects.create(
        **{
            "organization": organization,
            "at": now - timedelta(minutes=10),
            "minutes": 6,
            "category": "start",
            "outcome": "solved",
            "created_at": now,
            **details,
        }
    )
