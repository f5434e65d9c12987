"""Drivers hear once that the incident which their tickets are about is over."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from drivers import clock
from drivers.domain.phrases import english
from monitoring.models import RefundRequest, Ticket
from monitoring.services import tickets

OPEN = (Ticket.State.OPEN, Ticket.State.WAITING)
CHUNK = 200


def tell_drivers(*, now: datetime | None = None) -> int:
    """Tell those whose incident is over and who were not told yet; how many tickets that were."""
    now = now or clock.now()
    due = Ticket.objects.filter(state__in=OPEN, incident__resolved_at__isnull=False, incident_told_at=None)
    rows = due.select_related("organization", "station", "site", "driver").order_by("id")[:CHUNK]
    return sum(_tell(ticket, now) for ticket in rows)


def _tell(ticket: Ticket, now: datetime) -> int:
    """Resolved with the letter; who has no address is to be called, and what waits for finance stays open."""
    with transaction.atomic():
        mine = Ticket.objects.filter(pk=ticket.pk, incident=ticket.incident_id, incident_told_at=None)
        if not mine.update(incident_told_at=now):
            return 0
        if not ticket.email:
            said = english("The incident is over. There is no address to write to: tell the driver by phone.")
            tickets.note(ticket=ticket, text=said, by=None, at=now)
            return 1
        text = _letter(ticket)
        if ticket.refunds.filter(state=RefundRequest.State.REQUESTED).exists():
            tickets.answer(ticket=ticket, text=text, by=None, waits=False, at=now)
            return 1
        tickets.resolve(ticket=ticket, text=text, by=None, at=now)
    return 1


def _letter(ticket: Ticket) -> str:
    with translation.override(ticket.language or settings.LANGUAGE_CODE):
        place = ticket.site.name if ticket.site else ""
        solved = _("What you told us about is solved. Thank you for your report.")
        if place:
            solved = _("What you told us about at %(place)s is solved. Thank you for your report.") % {"place": place}
        return "\n\n".join([solved, _("If it is not as it should be, reply to this message: we look at it again.")])
