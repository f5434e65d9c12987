"""Which sites are reported to EV-ChART, and by which names."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from monitoring.models import FederalSite


@transaction.atomic
def store(*, row: FederalSite) -> FederalSite:
    """Report a site by what `row` says of it; a new one, or changed.

    Raises ValidationError where another site is reported by the same names: EV-ChART would take the rows of one only.
    """
    same = FederalSite.objects.filter(station_id=row.station_id, network_provider=row.network_provider)
    other = same.exclude(pk=row.pk).filter(site__organization=row.site.organization_id).first()
    if other is not None:
        raise ValidationError(
            {"station_id": _("%(site)s is reported by this ID; a site has its own.") % {"site": other.site}}
        )
    row.save()
    return row


@transaction.atomic
def leave_out(*, row: FederalSite) -> None:
    """Report its site no more. What was handed in is not ours to take back."""
    row.delete()
