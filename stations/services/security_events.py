"""Security events of chargers."""

from datetime import datetime

from django.db import transaction

from stations.domain.security_events import is_critical
from stations.models import SecurityEvent, Station
from stations.services.work import Work


def reported(
    *, work: Work, station: Station, event_type: str, at: datetime, received_at: datetime, tech_info: str = ""
) -> None:
    """Take down a security event; one that is told again changes nothing. A fact for those who alert."""
    row, is_new = SecurityEvent.objects.get_or_create(
        station=station,
        at=at,
        type=event_type,
        tech_info=tech_info,
        defaults={"received_at": received_at, "is_critical": is_critical(event_type)},
    )
    if not is_new:
        return
    data = {"station": station.pk, "type": event_type, "critical": row.is_critical, "tech_info": tech_info}
    work.record("security.event", subject=row, data=data)
    work.nudge_station(station)


def prune(*, older_than: datetime, chunk: int = 1000) -> int:
    """Delete events received before an instant; returns how many."""
    removed = 0
    while ids := list(SecurityEvent.objects.filter(received_at__lt=older_than).values_list("pk", flat=True)[:chunk]):
        with transaction.atomic():
            removed += SecurityEvent.objects.filter(pk__in=ids).delete()[0]
    return removed
