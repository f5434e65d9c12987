"""Looks, alerts and incidents for tests."""

from datetime import UTC, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from drivers.domain.phrases import Phrase
from monitoring.models import Alert, Incident, Severity
from monitoring.rules.base import Finding, Rule, Scope, defaults, rules, station_subject
from monitoring.services import alerting
from monitoring.services.rule_settings import settings_of
from stations.models import Station
from tests import factories

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


class IncidentFactory(DjangoModelFactory):
    """Open, of one site."""

    class Meta:
        model = Incident

    site = factory.SubFactory(factories.SiteFactory)
    organization = factory.SelfAttribute("site.organization")
    title = "DE*VLT*E01 is offline."
    cause = factory.Sequence(lambda n: f"station:{n}")
    severity = Severity.MAJOR
    opened_at = NOON


class AlertFactory(DjangoModelFactory):
    """Raised, of a station."""

    class Meta:
        model = Alert

    station = factory.SubFactory(factories.StationFactory)
    site = factory.SelfAttribute("station.site")
    organization = factory.SelfAttribute("site.organization")
    rule = "offline"
    subject = factory.LazyAttribute(lambda alert: station_subject(alert.station.pk))
    severity = Severity.MAJOR
    said = factory.LazyAttribute(lambda alert: f"{alert.station.identity} is offline.")
    began_at = NOON
    noticed_at = NOON
    raised_at = NOON


class Scripted(Rule):
    """Finds wrong what a test says: `wrong` are stations, or subjects with their findings."""

    raise_after = timedelta(0)
    clear_after = timedelta(minutes=1)
    title = "Station is wrong"
    about = "A test says so."
    severity = Severity.MAJOR

    def __init__(self, name="offline", **more):
        self.name = name
        self.wrong = []
        self.error = None
        for key, value in more.items():
            setattr(self, key, value)

    def findings(self, scope, *, now):
        if self.error:
            raise self.error
        shown = {station.pk for station in scope.stations}
        for station in self.wrong:
            if station.pk in shown:
                yield finding(station, now=now)


def finding(station, *, now=NOON, **more):
    values = {
        "subject": station_subject(station.pk),
        "organization_id": station.site.organization_id,
        "site_id": station.site_id,
        "station_id": station.pk,
        "evse_id": None,
        "began_at": now,
        "said": Phrase("%(station)s is offline.", station=station.identity),
        "evidence": {},
    }
    return Finding(**values | more)


def look(rule, minutes=0, stations=None):
    """The rule looks at all stations, or at some."""
    ids = None if stations is None else [station.pk for station in stations]
    return alerting.look(rule, settings_of([rule])[rule.name], now=at(minutes), stations=ids)


def found(name, *, now, **thresholds):
    """What a rule of the registry finds among all stations."""
    rule = rules()[name]
    usual = defaults(rule)
    scope = Scope(Station.objects.all(), lambda key, site: thresholds.get(key, usual(key, site)))
    return list(rule.findings(scope, now=now))
