"""Alerts join incidents."""

from datetime import timedelta

import pytest

from monitoring.models import Incident, Severity
from monitoring.services import incidents, joining
from tests import factories
from tests.monitoring.alert_rows import NOON, IncidentFactory, Scripted, at, look


@pytest.fixture
def stations(site, station):
    return [station, *(factories.StationFactory(site=site) for _ in range(9))]


def kinds(incident):
    return [entry.kind for entry in incident.entries.all()]


def test_ten_stations_of_one_site_are_one_incident_that_says_so(stations):
    rule = Scripted()
    for number, station in enumerate(stations):
        rule.wrong.append(station)
        look(rule, number / 4)
    (incident,) = Incident.objects.all()
    assert incident.title == "10 stations at Volta depot: Station is offline"
    assert (incident.alerts.count(), kinds(incident)[0], incident.opened_at) == (10, "opened", NOON)
    assert kinds(incident).count("alert") == 9


def test_another_organization_has_its_own(station, elsewhere):
    look(Scripted(wrong=[station, elsewhere.station]))
    assert {i.organization for i in Incident.objects.all()} == {station.site.organization, elsewhere.organization}


def test_an_incident_is_as_grave_as_its_worst_alert(stations):
    offline, faulted = Scripted(wrong=stations[:1]), Scripted("faulted", wrong=stations[:1])
    faulted.severity = Severity.CRITICAL
    look(offline)
    look(faulted, 1)
    incident = Incident.objects.get()
    assert incident.severity == Severity.CRITICAL
    faulted.wrong = []
    look(faulted, 2)
    look(faulted, 4)
    incident.refresh_from_db()
    assert (incident.severity, incident.is_open) == (Severity.MAJOR, True)
    assert kinds(incident).count("severity") == 2


def test_what_is_back_soon_opens_its_incident_again_for_everybody(station, operator):
    rule = Scripted(wrong=[station])
    look(rule)
    incidents.acknowledge(incident_id=Incident.objects.get().pk, by=operator)
    rule.wrong = []
    look(rule, 1)
    look(rule, 2)
    rule.wrong = [station]
    look(rule, 10)
    incident = Incident.objects.get()
    assert (incident.is_open, incident.acknowledged_at) == (True, None)
    assert kinds(incident)[-1] == "reopened" or "reopened" in kinds(incident)


def test_what_is_back_much_later_is_a_new_one(station):
    rule = Scripted(wrong=[station])
    look(rule)
    rule.wrong = []
    look(rule, 1)
    look(rule, 2)
    rule.wrong = [station]
    look(rule, 60)
    assert Incident.objects.count() == 2


def test_one_resolved_by_hand_is_not_told_again_by_what_is_still_there(station, operator):
    rule = Scripted(wrong=[station])
    look(rule)
    incidents.resolve(incident_id=Incident.objects.get().pk, text="The neighbour's digger.", by=operator)
    look(rule, 5)
    assert not Incident.objects.get().is_open


def test_snoozes_end(site):
    incident = IncidentFactory(site=site, snoozed_until=NOON)
    assert joining.wake(now=NOON - timedelta(seconds=1)) == 0
    assert joining.wake(now=at(1)) == 1
    incident.refresh_from_db()
    assert (incident.snoozed_until, kinds(incident)) == (None, ["awake"])
