"""Self-repair in the demo's past: walked through its faults by the service that does it now."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import RepairRun
from monitoring.services.demo import repairs
from stations.models import Command, Station
from stations.services.demo.seed import seed
from tests.monitoring.alert_rows import AlertFactory, IncidentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization(db):
    return seed()


def make(organization):
    return repairs.make(organization, threading.Event())


def fault(number, minutes):
    """A fault of long ago that lasted so long, of another station each."""
    station = Station.objects.order_by("pk")[number]
    began = timezone.now() - timedelta(days=20 + number)
    over = began + timedelta(minutes=minutes)
    incident = IncidentFactory(site=station.site, opened_at=began, resolved_at=over)
    times = {"began_at": began, "noticed_at": began, "raised_at": began, "cleared_at": over, "resolved_at": over}
    return AlertFactory(station=station, evse=station.evses.first(), incident=incident, rule="faulted", **times)


def test_each_fault_is_cured_by_the_step_that_ran_last_and_nothing_is_sent(organization):
    for number, minutes in enumerate((0.2, 1, 4, 12, 60)):
        fault(number, minutes)
    assert make(organization) == 5
    assert list(RepairRun.objects.order_by("pk").values_list("state", "cured_by")) == [
        ("handed_over", ""),
        ("cured", "hard_reset"),
        ("cured", "soft_reset"),
        ("cured", "trigger"),
        ("over", ""),
    ]
    assert not Command.objects.exists()
    assert not RepairRun.objects.filter(ended_at__gt=timezone.now() - timedelta(days=10)).exists()


def test_it_is_told_once(organization):
    fault(0, 4)
    assert make(organization) == 1
    assert make(organization) == 0
