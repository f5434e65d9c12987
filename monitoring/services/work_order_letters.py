"""Letters to whom work orders are assigned: claimed, sent outside of a transaction, tried again with patience."""

from datetime import datetime, timedelta
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from drivers.domain.phrases import english
from monitoring.gateways import work_order_letters
from monitoring.models import WorkOrder, WorkOrderEntry

MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=1)
CHUNK = 50

log = structlog.get_logger(__name__)


def send_due(*, now: datetime | None = None) -> int:
    """Send those that are due. How many left."""
    now = now or timezone.now()
    rows = WorkOrder.objects.filter(letter_due_at__lte=now).select_related("site", "station", "assigned_to")
    return sum(_send(order, now) for order in rows[:CHUNK])


def _send(order: WorkOrder, now: datetime) -> int:
    attempts = order.letter_attempts + 1
    again = now + FIRST_PAUSE * 2**attempts if attempts < MOST_ATTEMPTS else None
    with transaction.atomic():
        # Claimed first: should the process stop now, it is sent once more at worst, never for ever.
        mine = WorkOrder.objects.filter(pk=order.pk, letter_due_at=order.letter_due_at)
        if not mine.update(letter_due_at=again, letter_attempts=attempts):
            return 0
    person = order.assigned_to
    if person is None:
        return 0
    link = getattr(settings, "PORTAL_URL", "").rstrip("/") + reverse("monitoring:work-order", args=[order.pk])
    try:
        work_order_letters.send(order, person.email, link)
    except (OSError, SMTPException) as error:
        log.warning("work_order.letter_not_sent", work_order=order.pk, error=repr(error))
        return 0
    with transaction.atomic():
        WorkOrder.objects.filter(pk=order.pk, letter_due_at=again).update(letter_due_at=None)
        WorkOrderEntry.objects.create(
            work_order=order, kind="letter", at=now, text=english("Sent to %(person)s", person=str(person))
        )
    return 1
