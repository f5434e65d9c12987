"""The helpline's log: every contact is written down, and stays."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from drivers import clock
from drivers.domain.roles import Permission
from drivers.models import Organization, User
from monitoring.models import HelplineContact, Ticket
from monitoring.models.helpline import LONGEST_MINUTES
from monitoring.services import tickets
from stations.models import Site, Station
from stations.permissions import organizations_granting, require

# A clock that goes a little fast is no reason to lose a contact.
AHEAD = timedelta(minutes=5)


def log_contact(
    *,
    organization: Organization,
    site: Site | None,
    station: Station | None,
    at: datetime,
    minutes: int,
    waited_s: int | None,
    channel: str,
    category: str,
    outcome: str,
    note: str,
    by: User,
    makes_ticket: bool = False,
    contact_phone: str = "",
    contact_email: str = "",
) -> HelplineContact:
    """Write down a contact (SI 2023/1168 regulation 9). `at`: when the driver was answered; `minutes`: from then on.
    `makes_ticket`: what the driver reported becomes one, to be followed up.

    Raises PermissionDenied, ValidationError.
    """
    if station is not None:
        site = station.site
    _check_place(organization, site, by)
    if at > clock.now() + AHEAD:
        raise ValidationError({"at": _("This lies in the future.")})
    if not 0 <= minutes <= LONGEST_MINUTES:
        raise ValidationError({"minutes": _("At most a day.")})
    with transaction.atomic():
        row = HelplineContact.objects.create(
            organization=organization,
            site=site,
            station=station,
            at=at,
            minutes=minutes,
            waited_s=waited_s,
            channel=channel,
            category=category,
            outcome=outcome,
            note=note.strip()[:2000],
            taken_by=by,
            created_at=clock.now(),
        )
        if makes_ticket:
            row.ticket = _ticket_of(row, contact_phone, contact_email)
            row.save(update_fields=["ticket"])
    return row


def _ticket_of(row: HelplineContact, phone: str, email: str) -> Ticket:
    return tickets.open_ticket(
        organization=row.organization,
        subject=str(row.get_category_display()),
        body=row.note or str(row.get_category_display()),
        source=Ticket.Source.PHONE if row.channel == HelplineContact.Channel.PHONE else Ticket.Source.CONSOLE,
        category=row.category,
        site=row.site,
        station=row.station,
        by=row.taken_by,
        contact_phone=phone,
        contact_email=email,
    )


def _check_place(organization: Organization, site: Site | None, by: User) -> None:
    if site is not None:
        if site.organization_id != organization.pk:
            raise ValidationError({"site": _("This site is another organization's.")})
        require(by, Permission.RESPOND, site)
    elif organization not in organizations_granting(by, Permission.RESPOND):
        raise PermissionDenied(_("Your role does not include the helpline of a whole organization: say which site."))
