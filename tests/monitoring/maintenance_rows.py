"""Rows of maintenance for tests: sensible by themselves, every detail can be given."""

from datetime import timedelta
from uuid import uuid4

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from monitoring.models import (
    Alert,
    Checklist,
    Inspection,
    MaintenancePlan,
    MaintenanceWindow,
    Playbook,
    RepairRun,
    WorkOrder,
)
from tests.factories import SiteFactory, StationFactory

TEXTS = (
    "ORDER-OF-VOLTA",
    "WINDOW-OF-VOLTA",
    "PLAN-OF-VOLTA",
    "CHECKLIST-OF-VOLTA",
    "INSPECTION-OF-VOLTA",
    "REPAIR-OF-VOLTA",
)
OWNED = (Checklist, Inspection, MaintenancePlan, MaintenanceWindow, WorkOrder, Playbook, RepairRun)


def make(station, person):
    """One of each, with names that show wherever they leak. The window is not told to drivers yet."""
    now = timezone.now()
    order = WorkOrderFactory(site=station.site, station=station, title="ORDER-OF-VOLTA")
    order.parts.create(name="Cable")
    order.photos.create(file="a.jpg", thumbnail="b.jpg", added_at=now)
    WindowFactory(site=station.site, title="WINDOW-OF-VOLTA", starts_at=now + timedelta(days=30), due_at=None)
    organization = station.site.organization
    plan = PlanFactory(organization=organization, title="PLAN-OF-VOLTA")
    plan.rows.create(station=station, counted_from=now, reckoned_at=now)
    checklist = ChecklistFactory(organization=organization, title="CHECKLIST-OF-VOLTA")
    Inspection.objects.create(
        client_id=uuid4(),
        digest="",
        organization=organization,
        site=station.site,
        station=station,
        checklist=checklist,
        title="INSPECTION-OF-VOLTA",
        items=checklist.items,
        by=person,
        begun_at=now,
        finished_at=now,
        received_at=now,
    )
    RepairRunFactory(station=station, said="REPAIR-OF-VOLTA")
    Playbook.objects.get_or_create(organization=organization, site=None, defaults={"mode": "on", "changed_at": now})
    Alert.objects.create(
        organization=organization,
        site=station.site,
        station=station,
        rule="early_signs",
        subject=f"station:{station.pk}",
        severity=3,
        said="It grows worse.",
        began_at=now,
        noticed_at=now,
    )


class RepairRunFactory(DjangoModelFactory):
    """Ended: a soft reset cured it."""

    class Meta:
        model = RepairRun

    station = factory.SubFactory(StationFactory)
    site = factory.SelfAttribute("station.site")
    organization = factory.SelfAttribute("site.organization")
    rule = "faulted"
    codes = ["InternalError"]
    said = "EVSE 1 reports a fault: InternalError"
    vendor = "Acme"
    model = "One"
    steps = [{"step": "soft_reset", "wait_s": 300}]
    state = "cured"
    cured_by = "soft_reset"
    began_at = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=10))
    ended_at = factory.LazyAttribute(lambda run: run.began_at + timedelta(minutes=6))


class WindowFactory(DjangoModelFactory):
    """Of a whole site, from now for two hours."""

    class Meta:
        model = MaintenanceWindow

    site = factory.SubFactory(SiteFactory)
    organization = factory.SelfAttribute("site.organization")
    title = "Cables are replaced"
    starts_at = factory.LazyFunction(timezone.now)
    ends_at = factory.LazyAttribute(lambda window: window.starts_at + timedelta(hours=2))
    created_at = factory.LazyAttribute(lambda window: window.starts_at - timedelta(days=7))
    due_at = factory.SelfAttribute("starts_at")


class WorkOrderFactory(DjangoModelFactory):
    """Open, about a whole site."""

    class Meta:
        model = WorkOrder

    site = factory.SubFactory(SiteFactory)
    organization = factory.SelfAttribute("site.organization")
    title = "Replace the cable"
    created_at = factory.LazyFunction(timezone.now)


class PlanFactory(DjangoModelFactory):
    """Every six months, everywhere."""

    class Meta:
        model = MaintenancePlan

    title = "Half-yearly check"
    measure = MaintenancePlan.Measure.MONTHS
    every = 6
    counted_from = factory.LazyFunction(timezone.now)
    created_at = factory.SelfAttribute("counted_from")
    due_at = factory.SelfAttribute("counted_from")


class ChecklistFactory(DjangoModelFactory):
    """A question, and a number with limits."""

    class Meta:
        model = Checklist

    title = "Yearly inspection"
    items = [
        {"key": "housing", "kind": "check", "text": "Housing undamaged?", "required": True, "severity": 2},
        {
            "key": "rcd",
            "kind": "number",
            "text": "RCD trip time",
            "required": True,
            "unit": "ms",
            "minimum": "0",
            "maximum": "300",
            "severity": 1,
        },
    ]
    changed_at = factory.LazyFunction(timezone.now)
