"""No station fills the tables."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from stations.models import EventStream, SecurityEvent, StreamValue, Variable
from stations.services import crowding, monitoring
from stations.services.work import Work

pytestmark = pytest.mark.django_db

# Bounded in other ways: by people, by commands that people send, one for a station, or by their own retention.
OTHERWISE = {
    "Command",
    "Connection",
    "Connector",
    "CustomerInformation",
    "Evse",
    "Frame",
    "LinkHour",
    "LocalList",
    "MeterSample",
    "MonitoringSetting",
    "ProfileUpgrade",
    "RecentCalls",
    "RefusedAttempt",
    "Reservation",
    "Session",
    "SharedIdentity",
    "StationCertificate",
    "StationNote",
    "StationPhoto",
}


@pytest.fixture
def at_most_three(monkeypatch):
    monkeypatch.setattr(crowding, "BOUNDS", [replace(bound, most=3) for bound in crowding.BOUNDS])


def events(station, count):
    now = timezone.now()
    return [
        SecurityEvent.objects.create(station=station, at=now, received_at=now, type=f"Odd{number}", tech_info="")
        for number in range(count)
    ]


def test_of_what_happens_the_newest_stays(station, elsewhere, at_most_three):
    mine, theirs = events(station, 5), events(elsewhere.station, 3)
    assert crowding.sweep(chunk=1) == 2
    assert set(SecurityEvent.objects.all()) == {*mine[2:], *theirs}


def test_of_what_a_station_has_the_first_stays(station, at_most_three):
    now = timezone.now()
    made = [
        Variable.objects.create(station=station, name=f"V{9 - number}", value="1", reported_at=now)
        for number in range(5)
    ]
    crowding.sweep()
    assert set(Variable.objects.all()) == set(made[:3])


def test_every_table_of_what_stations_tell_has_a_bound():
    bounded = {bound.model.__name__ for bound in crowding.BOUNDS}
    of_stations = {
        model.__name__
        for model in apps.get_app_config("stations").get_models()
        if any(field.name == "station" and field.is_relation for field in model._meta.get_fields())
    }
    assert of_stations - bounded - OTHERWISE == set()


def test_a_value_from_the_far_future_is_not_kept_for_ever(station):
    now = timezone.now()
    with Work.transaction({station.pk}, now) as work:
        monitoring.values_came(
            work=work,
            station=work.stations[station.pk],
            number=1,
            values=[(now + timedelta(days=36_500), "1")],
            pending=0,
            at=now,
        )
    assert StreamValue.objects.get().at <= now + timedelta(days=1)


def test_a_stream_that_fell_silent_is_pruned_though_nobody_closed_it(station):
    long_ago = timezone.now() - timedelta(days=400)
    EventStream.objects.create(station=station, number=1, opened_at=long_ago)
    heard = EventStream.objects.create(station=station, number=2, opened_at=long_ago, last_value_at=timezone.now())
    monitoring.prune_streams(older_than=timezone.now() - timedelta(days=14))
    assert list(EventStream.objects.all()) == [heard]
