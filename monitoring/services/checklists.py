"""Checklists: made and changed. Inspections keep the items as they were asked."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from drivers import clock
from drivers.models import Organization
from monitoring.domain import checklists
from monitoring.models import Checklist


def save_checklist(
    *,
    checklist: Checklist | None,
    organization: Organization,
    title: str,
    description: str,
    items: Sequence[dict[str, Any]],
    is_active: bool,
) -> Checklist:
    """A new one, or the next version of one. Raises ValidationError."""
    try:
        read = checklists.read_items(list(items))
    except checklists.Unreadable as problem:
        raise ValidationError(str(problem.phrase)) from problem
    if not read:
        raise ValidationError(_("A checklist needs an item."))
    row = checklist or Checklist(organization=organization)
    row.title, row.description, row.is_active = title.strip(), description.strip(), is_active
    row.items, row.changed_at = [item.to_json() for item in read], clock.now()
    row.clean_fields(exclude=["items"])
    with transaction.atomic():
        row.save()
        if checklist is not None:
            Checklist.objects.filter(pk=row.pk).update(version=F("version") + 1)
    row.refresh_from_db()
    return row
