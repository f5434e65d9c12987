"""Rows about links: one of each, named so that they show wherever they leak."""

from django.utils import timezone

from monitoring.models import (
    Drop,
    LinkDay,
    NetworkTestPlan,
    NetworkTestResult,
    NetworkTestRun,
    ProviderRange,
    StationLink,
)

TEXTS = ("PROVIDER-OF-VOLTA", "TEST-OF-VOLTA", "PLAN-OF-VOLTA")


def make(network):
    """A lost connection, a link with its day, a named provider, a test with its plan."""
    station, organization, now = network.station, network.organization, timezone.now()
    ProviderRange.objects.create(organization=organization, pattern="203.0.113.0/24", name="PROVIDER-OF-VOLTA")
    StationLink.objects.create(station=station, organization=organization, score=50, rank=50, provider=TEXTS[0])
    LinkDay.objects.create(station=station, day=now.date(), score=50, connected=0.9, drops=1)
    Drop.objects.create(
        organization=organization,
        station=station,
        connection=1,
        at=now,
        heard_at=now,
        opened_at=now,
        provider=TEXTS[0],
        culprit="provider",
        cause="provider:PROVIDER-OF-VOLTA",
    )
    plan = NetworkTestPlan.objects.create(organization=organization, name="PLAN-OF-VOLTA", next_due_at=now)
    run = NetworkTestRun.objects.create(
        organization=organization, plan=plan, name="TEST-OF-VOLTA", started_at=now, finished_at=now
    )
    NetworkTestResult.objects.create(run=run, station=station, state="passed", ended_at=now, answer_ms=100)
