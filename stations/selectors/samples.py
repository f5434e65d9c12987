"""A session's meter samples."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import QuerySet

from stations.models import MeterSample, Session

# Our own clock may have been set back meanwhile.
_DISORDER = timedelta(days=1)


def samples_of(*sessions: Session) -> QuerySet[MeterSample]:
    """The samples of sessions that the viewer may see; nothing is looked for before we heard of the first of them."""
    heard = min((session.received_at for session in sessions), default=None)
    if heard is None:
        return MeterSample.objects.none()
    found = MeterSample.objects.filter(received_at__gte=heard - _DISORDER)
    return found.filter(session=sessions[0]) if len(sessions) == 1 else found.filter(session__in=_ids(sessions))


def _ids(sessions: Sequence[Session]) -> list[int]:
    return [session.pk for session in sessions]
