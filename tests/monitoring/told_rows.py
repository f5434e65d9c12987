"""Something of everything that says who is told."""

from datetime import timedelta

from django.utils import timezone

from monitoring.models import Channel, EscalationPolicy, EscalationStep, Incident, Notification, RotaOverride
from tests.monitoring import on_call

TEXTS = ("CHANNEL-OF-VOLTA", "ROTA-OF-VOLTA", "POLICY-OF-VOLTA", "TOLD-OF-VOLTA")


def make(organization, site, person):
    """One of each, with names that show wherever they leak; an incident too where there is none."""
    now = timezone.now()
    incident = Incident.objects.filter(organization=organization).first() or Incident.objects.create(
        organization=organization, site=site, title="It is faulted.", cause="site", severity=1, opened_at=now
    )
    channel = Channel.objects.create(
        organization=organization, kind="email", name="CHANNEL-OF-VOLTA", addresses="a@b.de"
    )
    rota = on_call.rota(organization, person, name="ROTA-OF-VOLTA")
    RotaOverride.objects.create(rota=rota, person=person, starts_at=now, ends_at=now + timedelta(days=1))
    policy = EscalationPolicy.objects.create(organization=organization, name="POLICY-OF-VOLTA")
    EscalationStep.objects.create(policy=policy, order=0, rota=rota)
    Notification.objects.create(
        organization=organization,
        incident=incident,
        key="told",
        change="opened",
        channel=channel,
        reason="TOLD-OF-VOLTA",
        state="sent",
        created_at=now,
        due_at=now,
    )
