"""Which sites are reported to EV-ChART, and by which names."""

from django.db import transaction

from monitoring.models import FederalSite


@transaction.atomic
def store(*, row: FederalSite) -> FederalSite:
    """Report a site by what `row` says of it; a new one, or changed."""
    row.save()
    return row


@transaction.atomic
def leave_out(*, row: FederalSite) -> None:
    """Report its site no more. What was handed in is not ours to take back."""
    row.delete()
