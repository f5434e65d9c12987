"""After a backup was restored: the chargers know more than we do."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from stations.domain.commands import CommandState
from stations.models import Command, EdgeProcess, LocalList
from stations.services import commands, connections


def after_restore(*, made_at: datetime, now: datetime) -> None:
    """Close what was open when the backup was made and cannot be any more. Twice does no harm.

    Sessions stay open: their chargers tell what became of them, or the sweep of forgotten ones does.
    """
    with transaction.atomic():
        # Processes of another life: their connections are nobody's.
        EdgeProcess.objects.all().delete()
        # A station may hold a later list under a number that we would use again: it gets the whole list.
        kept = LocalList.objects.exclude(covers=LocalList.Covers.NOTHING).exclude(is_supported=False)
        kept.update(needs_whole=True, due_at=now, attempts=0, problem="")
    while connections.close_orphans(now=now):
        pass
    # They may have been sent since; what is due later cannot have been.
    waiting = Command.objects.filter(Q(not_before=None) | Q(not_before__lte=now), requested_at__lte=made_at)
    while commands.give_up(waiting.filter(state=CommandState.QUEUED), now=now):
        pass
