from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import MaintenancePlan, PlanStation, WorkOrder
from monitoring.services import plan_sweep, work_orders
from stations.models import EvseRollup
from tests.monitoring.maintenance_rows import PlanFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def half_a_year_ago():
    return timezone.now() - timedelta(days=190)


@pytest.fixture
def plan(organization, half_a_year_ago):
    return PlanFactory(organization=organization, counted_from=half_a_year_ago)


def test_what_is_due_gets_one_work_order_however_often_it_is_reckoned(plan, station):
    assert plan_sweep.sweep() == 1
    MaintenancePlan.objects.update(due_at=timezone.now())
    assert plan_sweep.sweep() == 0
    assert WorkOrder.objects.get().station == station


def test_once_it_is_done_counting_begins_anew(plan, station, technician):
    plan_sweep.sweep()
    work_orders.finish(order=WorkOrder.objects.get(), by=technician)
    MaintenancePlan.objects.update(due_at=timezone.now())
    assert plan_sweep.sweep() == 0
    assert PlanStation.objects.get(plan=plan, station=station).share < 0.01


def test_use_is_counted_from_the_roll_ups(organization, station, half_a_year_ago):
    plan = PlanFactory(organization=organization, measure="energy", every=2000, counted_from=half_a_year_ago)
    start = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
    evse = station.evses.get()
    EvseRollup.objects.create(evse=evse, site=station.site, interval="day", start=start, energy_wh=500_000)
    assert plan_sweep.sweep() == 0
    row = PlanStation.objects.get(plan=plan)
    assert (row.used, row.share) == (500, 0.25)
