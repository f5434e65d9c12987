"""Looks of rules: alerts begin, are raised, clear and resolve, whoever looks and however often."""

from datetime import timedelta

import pytest

from monitoring.models import Alert, Incident, RuleRun, RuleSetting, Severity
from monitoring.rules import base
from monitoring.services import alerting
from tests import factories
from tests.monitoring.alert_rows import NOON, Scripted, at, look


@pytest.fixture
def rule():
    return Scripted()


@pytest.fixture
def stations(site, station):
    return [station, *(factories.StationFactory(site=site) for _ in range(2))]


def test_what_is_wrong_is_one_alert_however_often_it_is_looked_at(rule, station):
    rule.wrong = [station]
    for minutes in range(3):
        look(rule, minutes)
    (alert,) = Alert.objects.all()
    assert (alert.raised_at, alert.said, alert.severity) == (NOON, "DE*VLT*E01 is offline.", Severity.MAJOR)


def test_a_look_that_finds_nothing_new_writes_nothing(rule, station, django_assert_max_num_queries):
    rule.wrong = [station]
    look(rule)
    with django_assert_max_num_queries(5):
        assert look(rule, 1) == 0


def test_it_waits_until_it_has_held(rule, station):
    rule.wrong, rule.raise_after = [station], timedelta(minutes=2)
    look(rule)
    alert = Alert.objects.get()
    assert (alert.raised_at, alert.due_at, Incident.objects.count()) == (None, at(2), 0)
    look(rule, 2)
    assert Alert.objects.get().raised_at == at(2)


def test_what_is_over_resolves_and_its_incident_with_it(rule, station):
    rule.wrong = [station]
    look(rule)
    rule.wrong = []
    look(rule, 1)
    assert Incident.objects.get().is_open
    look(rule, 2)
    assert Alert.objects.get().resolved_at == at(2)
    incident = Incident.objects.get()
    assert (incident.resolved_at, incident.resolved_by) == (at(2), None)
    assert [e.kind for e in incident.entries.all()] == ["opened", "over", "resolved"]


def test_a_look_at_some_stations_says_nothing_of_the_others(rule, stations):
    rule.wrong = stations
    look(rule)
    rule.wrong = []
    look(rule, 5, stations[:1])
    assert Alert.objects.filter(cleared_at=None).count() == 2


def test_what_comes_and_goes_stays_and_says_so(rule, station):
    for minutes in range(0, 16, 4):
        rule.wrong = [station]
        look(rule, minutes)
        rule.wrong = []
        look(rule, minutes + 1)
        look(rule, minutes + 2)
    last = Alert.objects.first()
    assert (last.returns, last.resolved_at, last.cleared_at) == (3, None, at(13))
    look(rule, 50)
    assert Alert.objects.first().resolved_at == at(50)
    (incident,) = Incident.objects.all()
    assert incident.entries.filter(kind="reopened").count() == 3


def test_the_timeline_tells_of_flapping_once(rule, station):
    rule.wrong = [station]
    look(rule)
    for minutes in range(1, 9):
        rule.wrong = [] if minutes % 2 else [station]
        rule.clear_after = timedelta(minutes=5)
        look(rule, minutes)
    assert Incident.objects.get().entries.filter(kind="flapping").count() == 1


def test_nothing_is_raised_at_a_station_that_is_worked_on(rule, station, monkeypatch):
    rule.wrong = [station]
    monkeypatch.setattr(alerting, "under_maintenance", lambda ids, at: set(ids))
    look(rule)
    alert = Alert.objects.get()
    assert (alert.raised_at, alert.is_muted, alert.due_at) == (None, True, at(1))
    monkeypatch.setattr(alerting, "under_maintenance", lambda ids, at: set())
    look(rule, 1)
    assert Alert.objects.get().raised_at == at(1)


@pytest.mark.parametrize("scope", ["organization", "site"])
def test_a_rule_that_is_switched_off_finds_nothing_there(rule, station, elsewhere, scope):
    site = station.site if scope == "site" else None
    RuleSetting.objects.create(
        organization=station.site.organization, site=site, rule=rule.name, is_on=False, changed_at=NOON
    )
    rule.wrong = [station, elsewhere.station]
    look(rule)
    assert [alert.station for alert in Alert.objects.all()] == [elsewhere.station]


def test_a_site_may_want_what_its_organization_does_not(rule, station):
    organization = station.site.organization
    RuleSetting.objects.create(organization=organization, rule=rule.name, is_on=False, changed_at=NOON)
    RuleSetting.objects.create(
        organization=organization, site=station.site, rule=rule.name, is_on=True, changed_at=NOON
    )
    rule.wrong = [station]
    look(rule)
    assert Alert.objects.count() == 1


def test_a_site_may_want_to_be_told_later_and_of_what_comes_and_goes_sooner(rule, station, elsewhere):
    values = {"raise_after_minutes": "5", "returns_to_flap": "1"}
    RuleSetting.objects.create(
        organization=station.site.organization, site=station.site, rule=rule.name, values=values, changed_at=NOON
    )
    rule.wrong = [station, elsewhere.station]
    look(rule)
    assert {a.station: a.raised_at for a in Alert.objects.all()} == {station: None, elsewhere.station: NOON}
    look(rule, 5)
    rule.wrong = []
    look(rule, 6)
    rule.wrong = [station, elsewhere.station]
    look(rule, 6.5)
    assert {a.station: a.is_flapping for a in Alert.objects.all()} == {station: True, elsewhere.station: False}


def test_a_station_in_quarantine_is_nobodys_trouble(rule, station):
    station.quarantined_at = NOON
    station.save()
    rule.wrong = [station]
    assert look(rule) == 0


@pytest.fixture
def registry(monkeypatch):
    """Two rules, and no others."""
    known = {name: Scripted(name) for name in ("one", "two")}
    monkeypatch.setattr(alerting, "rules", lambda: known)
    monkeypatch.setattr(base, "rules", lambda: known)
    return known


def test_a_rule_that_crashes_stops_no_other_and_is_told_of(registry, station):
    registry["one"].error = ValueError("odd")
    registry["two"].wrong = [station]
    alerting.sweep(now=NOON)
    alerting.sweep(now=at(2))
    assert [alert.rule for alert in Alert.objects.all()] == ["two"]
    failing = RuleRun.objects.get(failing_since__isnull=False)
    assert (failing.rule, failing.failing_since, failing.error) == ("one", NOON, "ValueError('odd')")
    registry["one"].error = None
    alerting.sweep(now=at(4))
    assert not RuleRun.objects.filter(failing_since__isnull=False).exists()


def test_a_rule_looks_when_it_is_due_and_not_before(registry, station):
    alerting.sweep(now=NOON)
    registry["one"].wrong = [station]
    alerting.sweep(now=at(0.5))
    assert not Alert.objects.exists()
    alerting.sweep(now=at(1))
    assert Alert.objects.count() == 1


def test_time_alone_brings_an_alert_on_between_two_looks(registry, station):
    registry["one"].wrong, registry["one"].raise_after = [station], timedelta(seconds=10)
    alerting.sweep(now=NOON)
    alerting.sweep(now=at(0.25))
    assert Alert.objects.get().raised_at == at(0.25)


def test_a_fact_has_the_rules_look_that_listen_to_it(registry, station):
    registry["one"].facts, registry["one"].wrong = frozenset({"connector.status"}), [station]
    registry["two"].wrong = [station]
    fact = alerting.Fact(kind="connector.status", subject_type="connector", subject_id=1, data={"station": station.pk})
    alerting.heard([fact])
    alerting.heard([fact])
    assert [alert.rule for alert in Alert.objects.all()] == ["one"]


def test_a_rule_that_crashes_at_a_fact_leaves_the_fact_alone(registry, station):
    registry["one"].facts, registry["one"].error = frozenset({"station.booted"}), ValueError("odd")
    alerting.heard([alerting.Fact(kind="station.booted", subject_type="station", subject_id=station.pk)])


def test_a_station_that_a_rule_stumbles_over_holds_up_no_other(registry, station, monkeypatch):
    other, rule = factories.StationFactory(), registry["one"]
    rule.facts, rule.wrong = frozenset({"station.booted"}), [station, other]
    whole = rule.findings

    def stumbling(scope, *, now):
        if scope.stations.filter(pk=station.pk).exists():
            raise ValueError("odd")
        return [finding for finding in whole(scope, now=now) if finding.station_id == other.pk]

    monkeypatch.setattr(rule, "findings", stumbling)
    told = [alerting.Fact(kind="station.booted", subject_type="station", subject_id=s.pk) for s in (station, other)]
    alerting.heard(told)
    assert [alert.station for alert in Alert.objects.all()] == [other]


def test_ten_thousand_alerts_take_a_few_queries_each_way(rule, site, django_assert_max_num_queries):
    rule.wrong = [factories.StationFactory(site=site) for _ in range(60)]
    with django_assert_max_num_queries(30):
        look(rule)
    assert Incident.objects.count() == 1
