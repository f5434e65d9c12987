"""A test of the demo network, twice, so that there is something to compare: its chargers answer for themselves."""

import threading

from django.utils import timezone

from drivers.models import Organization
from monitoring.models import NetworkTestPlan, NetworkTestRun
from monitoring.services import network_tests
from monitoring.services.demo.team import Team
from stations.models import Station

_WEEK_H = 7 * 24
_LOOK_S = 2.0
_LOOKS = 90


def make(organization: Organization, stop: threading.Event) -> int:
    """Plan a weekly test and have it run twice, if nobody has planned one; returns how many runs there were."""
    is_there = Station.objects.filter(site__organization=organization, connection__isnull=False).exists()
    if not is_there or NetworkTestPlan.objects.filter(organization=organization).exists():
        return 0
    team = Team(organization)
    plan = network_tests.plan(
        organization=organization,
        name="All chargers, weekly",
        selection={},
        every_hours=_WEEK_H,
        by=team.manager,
        now=timezone.now(),
    )
    if not _ended(plan, 1, stop):
        return 0
    network_tests.start(
        organization=organization, name=plan.name, selection={}, by=team.manager, now=timezone.now(), plan=plan
    )
    return 2


def _ended(plan: NetworkTestPlan, runs: int, stop: threading.Event) -> bool:
    """Wait until so many runs of the plan are over; False where that takes too long."""
    over = NetworkTestRun.objects.filter(plan=plan, finished_at__isnull=False)
    return any(over.count() >= runs or stop.wait(_LOOK_S) for _ in range(_LOOKS)) and not stop.is_set()
