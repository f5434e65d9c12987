"""What an organization says of addresses and SIMs: whose they are."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from drivers.domain.roles import Permission
from drivers.models import Organization, User
from monitoring.domain.providers import BadPattern, checked_pattern
from monitoring.models import ProviderRange
from stations.permissions import organization_ids_granting

# Looked through for each charger that connects.
MOST = 500


def add(*, organization: Organization, pattern: str, name: str, by: User) -> ProviderRange:
    """Name the provider of a range, or name it anew. Raises PermissionDenied, ValidationError."""
    _require(by, organization.pk)
    try:
        pattern = checked_pattern(pattern)
    except BadPattern:
        raise ValidationError({"pattern": _("An address range such as 203.0.113.0/24, or 3 to 15 digits.")}) from None
    if not name.strip():
        raise ValidationError({"name": _("Who is it?")})
    known = ProviderRange.objects.filter(organization=organization)
    if known.exclude(pattern=pattern).count() >= MOST:
        raise ValidationError({"pattern": _("That are too many: name larger ranges.")})
    with transaction.atomic():
        row, _created = ProviderRange.objects.update_or_create(
            organization=organization, pattern=pattern, defaults={"name": name.strip()[:80]}
        )
    return row


def remove(*, row: ProviderRange, by: User) -> None:
    """Forget it. Raises PermissionDenied."""
    _require(by, row.organization_id)
    with transaction.atomic():
        row.delete()


def _require(person: User, organization_id: int) -> None:
    if organization_id not in organization_ids_granting(person, Permission.MANAGE_MONITORING):
        raise PermissionDenied
