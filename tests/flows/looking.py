"""A look of all rules at what chargers told the edge, and the letters of what they found."""

from datetime import timedelta

from django.utils import timezone

from monitoring.services import alerting, notifying
from stations import journal
from stations.models import EdgeProcess


def look(minutes=0):
    """All news are dealt with; then the rules look, some minutes later, with a process that has been there for long."""
    while journal.deliver():
        pass
    now = timezone.now()
    EdgeProcess.objects.update(started_at=now - timedelta(days=1), lease_until=now + timedelta(days=1))
    alerting.sweep(now=now + timedelta(minutes=minutes))
    notifying.tell()
