"""Ninety days of the demo network: told by the services themselves, whole, once, and with nothing left to send."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F, Sum
from django.utils import timezone

from monitoring.models import (
    Drop,
    Escalation,
    Exclusion,
    Incident,
    IncidentEntry,
    Inspection,
    LinkDay,
    Notification,
    RuleRun,
    WorkOrder,
)
from monitoring.rules.base import Scope, defaults, rules
from monitoring.services.demo import attempts, past, team, upkeep
from stations.domain.status import ConnectorStatus
from stations.models import Connector, Session, Station
from stations.services.demo import history
from stations.services.demo.network import STATIONS
from stations.services.demo.seed import seed
from stations.services.demo.spells import MISSED, Kind, spells_of
from stations.services.status import connector_reported
from stations.services.work import Work
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization(db):
    organization = seed()
    RuleRun.objects.create(rule="low_power", due_at=timezone.now() + timedelta(hours=1))
    past.begin(organization=organization, stop=threading.Event())
    past.make(organization=organization, stop=threading.Event())
    return organization


def test_its_past_is_over_and_tells_what_people_did(organization):
    incidents = Incident.objects.all()
    assert 60 < incidents.count() < 200
    assert not incidents.filter(resolved_at=None).exists()
    assert incidents.filter(opened_at__gte=organization.created_at).count() == 0
    seen = incidents.exclude(acknowledged_at=None)
    assert seen.count() > incidents.count() / 3
    assert not seen.filter(acknowledged_at__lt=F("opened_at")).exists()
    kinds = set(IncidentEntry.objects.values_list("kind", flat=True))
    assert {"opened", "acknowledged", "comment", "resolved"} <= kinds
    # A provider's: one incident of two sites.
    assert max(incident.alerts.count() for incident in incidents.filter(site=None)) >= 6

    # Nobody is written to today of what is long over.
    assert not Notification.objects.exclude(state__in=("sent", "cancelled", "in_digest", "failed")).exists()
    assert not Escalation.objects.filter(due_at__isnull=False).exists()
    assert not IncidentEntry.objects.filter(told_at=None).exists()
    assert Notification.objects.filter(attempts__gt=1).exists()
    assert Notification.objects.filter(change="escalated").exists()

    repairs = WorkOrder.objects.filter(origin="incident", state="done")
    assert repairs.count() > 5
    assert repairs.filter(incident__isnull=False, parts__isnull=False, cost_minor__gt=0, spent_minutes__gt=0).exists()
    assert not WorkOrder.objects.filter(letter_due_at__isnull=False).exists()
    assert not WorkOrder.objects.filter(finished_at__lt=F("started_at")).exists()
    assert Inspection.objects.filter(failed__gt=0, repair__isnull=False).exists()

    assert {"router", "provider", "power", "charger"} <= set(Drop.objects.values_list("culprit", flat=True))
    worst = LinkDay.objects.filter(day__lt=organization.created_at.date(), drops__gt=0).order_by("score").first()
    assert worst.station.identity == "AMS-02"
    assert set(Exclusion.objects.values_list("state", flat=True)) == {"proposed", "approved", "rejected"}
    assert not Exclusion.objects.filter(reviewed_by=F("author")).exists()

    # What the past shows is not looked for in an hour only.
    assert RuleRun.objects.get(rule="low_power").due_at <= timezone.now()
    # What is told of later days first keeps nobody from being told of a day before.
    assert not Notification.objects.filter(change="digest").exists()

    counted = {model: model.objects.count() for model in (Incident, Notification, WorkOrder, Drop, Exclusion)}
    assert past.begin(organization=organization, stop=threading.Event()) == 0
    assert past.make(organization=organization, stop=threading.Event()) == 0
    assert {model: model.objects.count() for model in counted} == counted


def test_nobody_charges_where_nobody_could(monkeypatch):
    monkeypatch.setattr(history, "DAYS", 20)
    organization = seed()
    history.make(organization=organization, stop=threading.Event())
    for plan in STATIONS:
        for spell in spells_of(plan):
            start, end = spell.span(organization.created_at)
            during = Session.objects.filter(station__identity=plan.identity, started_at__lt=end, ended_at__gt=start)
            if spell.evse:
                during = during.filter(evse__number=spell.evse)
            if spell.kind is Kind.AWAY and spell.lasts <= MISSED:
                continue
            if spell.kind is Kind.CANNOT_CHARGE:
                assert not during.filter(started_at__gte=start, energy_wh__gt=0).exists()
            else:
                assert not during.exists(), spell
    assert Session.objects.aggregate(wh=Sum("energy_wh"))["wh"] > 1_000_000


def test_rules_find_the_port_that_nobody_visits_and_the_one_that_is_weak(monkeypatch, time_machine):
    monkeypatch.setattr(history, "DAYS", 40)
    # By the day the chance of each session is another.
    time_machine.move_to(datetime(2026, 5, 4, 12, tzinfo=UTC))
    organization, stop, now = seed(), threading.Event(), timezone.now()
    past.begin(organization=organization, stop=stop)
    for station in Station.objects.all():
        factories.connect(station)
        with Work.transaction({station.pk}, now) as work:
            for plug in work.connectors[station.pk]:
                connector_reported(work=work, connector=plug, status=ConnectorStatus.AVAILABLE, at=now, received_at=now)
    history.make(organization=organization, stop=stop)
    attempts.make(organization, stop)

    def found(name):
        scope = Scope(Station.objects.all(), defaults(rules()[name]))
        return [finding.said.params["station"] for finding in rules()[name].findings(scope, now=now)]

    assert Connector.objects.exclude(status="available").count() == 0
    assert found("ghost_port") == ["CPH-02"]
    assert found("low_power") == ["ESA-02"]


def test_inspections_are_made_by_day_whenever_the_network_was_made():
    organization, stop = seed(), threading.Event()
    organization.created_at = organization.created_at.replace(hour=23, minute=55)
    team.make(organization, stop)
    upkeep.make(organization, stop)
    hours = {row.finished_at.astimezone(row.station.site.zone).hour for row in Inspection.objects.all()}
    assert hours <= set(range(8, 13))
