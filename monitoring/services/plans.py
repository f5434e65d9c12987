"""Maintenance plans: made and changed. What they make is plan_sweep's."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from drivers import clock
from drivers.models import Organization, User
from monitoring.models import MaintenancePlan, PlanStation
from stations.models import Station


def make_plan(
    *, organization: Organization, by: User, stations: Sequence[Station] = (), **values: Any
) -> MaintenancePlan:
    """A new plan. Raises ValidationError."""
    now = clock.now()
    plan = MaintenancePlan(
        organization=organization, created_by=by, created_at=now, **{"counted_from": now, **values, "due_at": now}
    )
    _check(plan, stations)
    with transaction.atomic():
        plan.save()
        plan.stations.set(stations)
    return plan


def change_plan(*, plan: MaintenancePlan, stations: Sequence[Station], **values: Any) -> MaintenancePlan:
    """Change it; it is reckoned anew. Raises ValidationError."""
    with transaction.atomic():
        row = MaintenancePlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
        for name, value in values.items():
            setattr(row, name, value)
        row.due_at = clock.now() if row.is_active else None
        _check(row, stations)
        row.save()
        row.stations.set(stations)
        if not row.is_active:
            PlanStation.objects.filter(plan=row).delete()
    return row


def _check(plan: MaintenancePlan, stations: Sequence[Station]) -> None:
    if plan.every < 1:
        raise ValidationError({"every": _("One at least.")})
    if plan.site is not None and plan.site.organization_id != plan.organization_id:
        raise ValidationError({"site": _("Sites of the same organization only.")})
    if plan.checklist is not None and plan.checklist.organization_id != plan.organization_id:
        raise ValidationError({"checklist": _("A checklist of the same organization only.")})
    if any(station.site.organization_id != plan.organization_id for station in stations):
        raise ValidationError({"stations": _("Stations of the same organization only.")})
    plan.clean_fields(exclude=["created_by"])
