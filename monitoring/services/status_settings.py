"""Whether an organization has a status page, and what is on it."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from drivers.models import Organization
from monitoring.models import StatusPage
from stations.models import Site


def change(*, organization: Organization, values: dict[str, Any], hidden: Collection[Site] | None) -> StatusPage:
    """Store the settings; `hidden` None leaves the sites as they are."""
    with transaction.atomic():
        page, _is_new = StatusPage.objects.select_for_update(no_key=True).get_or_create(organization=organization)
        for name, value in values.items():
            setattr(page, name, value)
        page.save()
        if hidden is not None:
            page.hidden_sites.set(hidden)
    return page
