"""The helpline's log: every contact is written down, and stays."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from drivers.domain.roles import Permission
from drivers.models import Organization, User
from monitoring.models import HelplineContact
from monitoring.models.helpline import LONGEST_MINUTES
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
) -> HelplineContact:
    """Write down a contact (SI 2023/1168 regulation 9). `at`: when the driver was answered; `minutes`: from then on.

    Raises PermissionDenied, ValidationError.
    """
    if station is not None:
        site = station.site
    _check_place(organization, site, by)
    if at > timezone.now() + AHEAD:
        raise ValidationError({"at": _("This lies in the future.")})
    if not 0 <= minutes <= LONGEST_MINUTES:
        raise ValidationError({"minutes": _("At most a day.")})
    with transaction.atomic():
        return HelplineContact.objects.create(
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
            created_at=timezone.now(),
        )


def _check_place(organization: Organization, site: Site | None, by: User) -> None:
    if site is not None:
        if site.organization_id != organization.pk:
            raise ValidationError({"site": _("This site is another organization's.")})
        require(by, Permission.RESPOND, site)
    elif organization not in organizations_granting(by, Permission.RESPOND):
        raise PermissionDenied(_("Your role does not include the helpline of a whole organization: say which site."))
