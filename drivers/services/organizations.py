"""What an organization says of itself and asks of its people."""

from typing import Any

from django.db import transaction

from drivers.models import Organization


def change(*, organization: Organization, **changes: Any) -> None:
    """Change columns of an organization. Raises ValidationError."""
    for name, value in changes.items():
        setattr(organization, name, value)
    organization.full_clean()
    with transaction.atomic():
        organization.save(update_fields=list(changes))
