"""One round of telling people: news, steps of escalations, digests, and then all that waits is sent."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from monitoring.models import Notification
from monitoring.services import digests, escalation, fanout, sending

State = Notification.State
# Of these nothing becomes any more.
OVER = (State.SENT, State.IN_DIGEST, State.FAILED, State.CANCELLED)


def tell() -> int:
    """Returns how many messages were dealt with. Any number of these may run at once."""
    while fanout.tell_entries() >= fanout.CHUNK:
        pass
    escalation.sweep()
    digests.make()
    return sending.deliver()


def prune(*, older_than: datetime, chunk: int = 1000) -> int:
    """Delete messages from before an instant that are over, but of incidents that are open: what was told of those
    decides what is told next. Returns how many."""
    old = Notification.objects.filter(created_at__lt=older_than, state__in=OVER)
    old = old.filter(Q(incident=None) | Q(incident__resolved_at__lt=older_than))
    removed = 0
    while ids := list(old.values_list("pk", flat=True)[:chunk]):
        with transaction.atomic():
            removed += Notification.objects.filter(pk__in=ids).delete()[0]
    return removed
