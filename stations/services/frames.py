"""The store of raw frames."""

from datetime import datetime

from django.db import transaction

from stations.models import Frame


def prune(*, older_than: datetime, chunk: int = 1000) -> int:
    """Delete frames older than an instant, in chunks so that nobody waits long for the lock; returns how many."""
    removed = 0
    while ids := list(Frame.objects.filter(at__lt=older_than).values_list("pk", flat=True)[:chunk]):
        with transaction.atomic():
            removed += Frame.objects.filter(pk__in=ids).delete()[0]
    return removed
