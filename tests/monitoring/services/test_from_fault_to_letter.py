"""From what a charger reports to the letter to whoever is on call, and no further once they acknowledge."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from monitoring.models import EscalationPolicy, EscalationStep, Incident
from monitoring.services import incidents, notifying
from stations import journal
from stations.domain.status import ConnectorStatus
from tests.monitoring import on_call

pytestmark = pytest.mark.django_db


def test_a_fault_wakes_the_person_on_call_and_it_ends_when_they_acknowledge(
    station, technician, operator, time_machine, client
):
    time_machine.move_to(timezone.now())
    policy = EscalationPolicy.objects.create(organization=station.site.organization, name="All")
    EscalationStep.objects.create(policy=policy, order=0, rota=on_call.rota(policy.organization, technician))
    EscalationStep.objects.create(policy=policy, order=1, person=operator, after_minutes=10)
    connector = station.connectors.get()
    connector.status, connector.error_code = ConnectorStatus.FAULTED, "GroundFailure"
    connector.status_received_at = timezone.now()
    connector.save()
    data = {"station": station.pk, "from": "available", "to": "faulted", "error_code": "GroundFailure"}
    journal.record("connector.status", subject_type="connector", subject_id=connector.pk, data=data)
    journal.deliver()
    notifying.tell()
    incident = Incident.objects.get()
    assert [letter.to for letter in mail.outbox] == [[technician.email]]
    link = f"/console/incidents/{incident.pk}/acknowledge-now/"
    assert link in mail.outbox[0].body
    client.force_login(technician)
    assert client.get(link).status_code == 200
    client.post(link)
    time_machine.shift(timedelta(hours=2))
    notifying.tell()
    assert len(mail.outbox) == 1
    assert not incidents.acknowledge(incident_id=incident.pk, by=operator)
