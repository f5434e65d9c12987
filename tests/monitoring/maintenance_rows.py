"""Rows of maintenance for tests: sensible by themselves, every detail can be given."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from monitoring.models import Checklist, MaintenancePlan, MaintenanceWindow, WorkOrder
from tests.factories import SiteFactory


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
