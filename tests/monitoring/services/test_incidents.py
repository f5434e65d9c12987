"""What people do with incidents, and what the timeline keeps of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from monitoring.services import incidents
from tests.monitoring.alert_rows import IncidentFactory


@pytest.fixture
def incident(site):
    return IncidentFactory(site=site)


def told(incident):
    return [(entry.kind, entry.by, entry.text) for entry in incident.entries.all()]


def test_it_is_acknowledged_once(incident, operator, technician):
    assert incidents.acknowledge(incident_id=incident.pk, by=operator)
    assert not incidents.acknowledge(incident_id=incident.pk, by=technician)
    incident.refresh_from_db()
    assert incident.acknowledged_by == operator
    assert told(incident) == [("acknowledged", operator, "")]


def test_it_is_handed_to_somebody_and_to_nobody(incident, operator, technician):
    assert incidents.assign(incident_id=incident.pk, to=technician, by=operator)
    assert not incidents.assign(incident_id=incident.pk, to=technician, by=operator)
    assert incidents.assign(incident_id=incident.pk, to=None, by=operator)
    assert [entry.data["to"] for entry in incident.entries.all()] == [technician.pk, None]


def test_a_word_stays_as_it_was_written(incident, operator):
    incidents.comment(incident_id=incident.pk, text=" On my way. ", by=operator)
    assert told(incident) == [("comment", operator, "On my way.")]


@pytest.mark.parametrize("verb", [incidents.comment, incidents.resolve])
def test_an_empty_word_is_none(incident, operator, verb):
    with pytest.raises(ValidationError):
        verb(incident_id=incident.pk, text="  ", by=operator)


def test_it_is_snoozed_until_a_moment_to_come(incident, operator):
    until = timezone.now() + timedelta(hours=1)
    incidents.snooze(incident_id=incident.pk, until=until, by=operator)
    incidents.snooze(incident_id=incident.pk, until=None, by=operator)
    assert [kind for kind, _by, _text in told(incident)] == ["snoozed", "awake"]
    with pytest.raises(ValidationError):
        incidents.snooze(incident_id=incident.pk, until=timezone.now(), by=operator)


def test_it_is_resolved_with_a_word_and_then_over(incident, operator):
    incidents.resolve(incident_id=incident.pk, text="A fuse.", by=operator)
    assert told(incident) == [("resolved", operator, "A fuse.")]
    with pytest.raises(ValidationError):
        incidents.acknowledge(incident_id=incident.pk, by=operator)
