"""The demo network: made once, whole, and with a past that can be interrupted."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.db.models import Sum
from django.utils import timezone

from drivers.models import IdToken, Membership, Organization, User
from stations.domain.credentials import verify_password
from stations.models import Connector, MeterSample, Session, Site, SiteRollup, Station
from stations.services import rollups
from stations.services.demo import history
from stations.services.demo.network import PASSWORD, PEOPLE, SITES, STATIONS, TOKENS
from stations.services.demo.seed import seed
from stations.services.demo.spells import spells_of

pytestmark = pytest.mark.django_db

ROWS = (Organization, User, Membership, IdToken, EmailAddress, Site, Station, Connector)


@pytest.fixture
def organization(db, monkeypatch):
    """The demo network, made on the evening of yesterday, with a past of five days."""
    monkeypatch.setattr(history, "DAYS", 5)
    monkeypatch.setattr(history, "DAYS_WITH_SAMPLES", 2)
    organization = seed()
    organization.created_at = (timezone.now() - timedelta(days=1)).replace(hour=20)
    organization.save()
    return organization


def _everything():
    return {model: set(map(repr, model.objects.values_list())) for model in ROWS}


def test_the_demo_people_can_sign_in():
    seed()
    for person in PEOPLE:
        user = authenticate(username=person.email, password=PASSWORD)
        assert user is not None
        assert EmailAddress.objects.filter(user=user, verified=True, primary=True).exists()


def test_the_network_is_all_there():
    organization = seed()
    assert organization.sites.count() == len(SITES)
    assert Station.objects.count() == len(STATIONS)
    assert Connector.objects.count() == sum(station.evses for station in STATIONS)
    assert organization.id_tokens.count() == len(TOKENS)
    assert {station.protocol for station in STATIONS} == {"ocpp1.6", "ocpp2.0.1"}


def test_seeding_again_changes_nothing():
    seed()
    before = _everything()
    seed()
    assert _everything() == before


def test_each_station_accepts_the_password_of_its_virtual_charger():
    seed()
    for plan in STATIONS:
        stored = Station.objects.get(identity=plan.identity).password_hash
        assert (plan.password is None) == (stored == "")
        assert plan.password is None or verify_password(plan.password.encode(), stored)


def test_a_new_secret_key_gives_the_stations_their_new_passwords(settings):
    seed()
    settings.SECRET_KEY = "another one"
    seed()
    plan = next(plan for plan in STATIONS if plan.password)
    stored = Station.objects.get(identity=plan.identity).password_hash
    assert verify_password(plan.password.encode(), stored)


def test_the_past_lies_before_the_network_was_made(organization):
    assert history.make(organization=organization, stop=threading.Event()) == 5
    sessions = Session.objects.order_by("started_at")
    assert sessions.count() > 100
    assert sessions.last().ended_at < organization.created_at
    assert sessions.last().ended_at.date() == organization.created_at.date()
    assert sessions.first().started_at > organization.created_at - timedelta(days=5)


def test_the_past_adds_up(organization):
    history.make(organization=organization, stop=threading.Event())
    for session in Session.objects.all():
        assert session.energy_wh == session.meter_stop_wh - session.meter_start_wh
        assert session.ended_at > session.started_at
    one = MeterSample.objects.filter(session__energy_wh__gt=0).order_by("session", "at").first().session
    readings = list(one.samples.order_by("at").values_list("energy_wh", flat=True))
    assert readings == sorted(readings)
    assert readings[0] == one.meter_start_wh
    assert readings[-1] == pytest.approx(one.meter_stop_wh)


def test_no_plug_charges_two_cars_at_once(organization):
    history.make(organization=organization, stop=threading.Event())
    ends = {}
    for session in Session.objects.order_by("started_at"):
        assert session.started_at >= ends.get(session.connector_id, session.started_at)
        ends[session.connector_id] = session.ended_at


def test_an_interrupted_past_goes_on_where_it_stopped(organization, monkeypatch):
    stop = threading.Event()
    make_day = history._make_day

    def stop_after_a_day(*args, **kwargs):
        stop.set()
        return make_day(*args, **kwargs)

    monkeypatch.setattr(history, "_make_day", stop_after_a_day)
    assert history.make(organization=organization, stop=stop) == 1
    written = set(Session.objects.values_list("pk", flat=True))
    monkeypatch.setattr(history, "_make_day", make_day)
    assert history.make(organization=organization, stop=threading.Event()) == 4
    assert written < set(Session.objects.values_list("pk", flat=True))
    assert history.make(organization=organization, stop=threading.Event()) == 0


def test_the_past_is_in_the_roll_ups(organization):
    history.make(organization=organization, stop=threading.Event())
    rollups.sweep()
    delivered = Session.objects.filter(station__site__organization=organization).aggregate(wh=Sum("energy_wh"))["wh"]
    days = SiteRollup.objects.filter(site__organization=organization, interval=SiteRollup.Interval.DAY)
    assert days.aggregate(wh=Sum("energy_wh"))["wh"] == delivered > 0


def test_a_fraction_of_a_second_moves_nothing_that_befell_it():
    made_at = datetime(2026, 11, 23, 5, 12, 7, tzinfo=UTC)
    spells = [spell for plan in STATIONS for spell in spells_of(plan)]
    later = made_at + timedelta(microseconds=900_000)
    assert [spell.span(later) for spell in spells] == [spell.span(made_at) for spell in spells]
