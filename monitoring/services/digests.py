"""What was held back, at night or in a storm, comes in one message."""

from collections import defaultdict

from django.db import transaction

from drivers import clock
from drivers.domain.phrases import english
from monitoring.models import Notification

State = Notification.State
Change = Notification.Change


def make(*, limit: int = 2000) -> int:
    """Put what is held back and due into digests, one for each organization and way; returns how many messages left
    the waiting room."""
    now = clock.now()
    due = Notification.objects.filter(state=State.HELD, due_at__lte=now).order_by("id")
    groups: dict[tuple[int, int | None, int | None], list[Notification]] = defaultdict(list)
    for row in due.select_related("incident")[:limit]:
        groups[row.organization_id, row.person_id, row.channel_id].append(row)
    return sum(_gather(rows) for rows in groups.values())


def _gather(rows: list[Notification]) -> int:
    with transaction.atomic():
        # Once locked, whoever else gathers finds them gone.
        ids = [row.pk for row in rows]
        locked = Notification.objects.select_for_update().filter(pk__in=ids, state=State.HELD).order_by("pk")
        held = list(locked)
        if not held:
            return 0
        mine = Notification.objects.filter(pk__in=[row.pk for row in held], state=State.HELD)
        if len(held) == 1:
            return mine.update(state=State.WAITING, problem="")
        first = held[0]
        digest = Notification.objects.create(
            organization_id=first.organization_id,
            key=f"digest.{first.pk}",
            change=Change.DIGEST,
            severity=min(row.severity for row in held),
            person_id=first.person_id,
            channel_id=first.channel_id,
            reason=english("Held back until quiet hours ended, or because there were too many at once."),
            created_at=clock.now(),
            due_at=clock.now(),
        )
        return mine.update(state=State.IN_DIGEST, digest=digest, problem="")
