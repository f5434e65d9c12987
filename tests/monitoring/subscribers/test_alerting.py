"""What the rules make of news: of a healthy charger's, nothing, and at no cost."""

import pytest

from monitoring.models import Alert
from monitoring.subscribers.alerting import on_facts
from stations.domain.status import ConnectorStatus
from stations.models import Fact
from tests import factories
from tests.monitoring.alert_rows import AlertFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def plug(station):
    return station.connectors.get()


def status(plug, before, after, *, old_error="", error=""):
    data = {"from": before, "to": after, "from_error_code": old_error, "error_code": error, "station": plug.station_id}
    return Fact(kind="connector.status", subject_type="connector", subject_id=plug.pk, data=data)


def connected(station):
    return Fact(kind="station.connected", subject_type="station", subject_id=station.pk, data={})


def test_a_healthy_connector_that_changes_its_status_costs_no_query(plug, django_assert_num_queries):
    with django_assert_num_queries(0):
        on_facts.run([status(plug, "available", "occupied")])


def test_a_station_that_connects_and_had_no_alert_costs_one_query(station, django_assert_num_queries):
    with django_assert_num_queries(1):
        on_facts.run([connected(station)])


def test_a_station_that_connects_is_no_longer_offline(station):
    alert = AlertFactory(station=station, rule="offline")
    on_facts.run([connected(station)])
    alert.refresh_from_db()
    assert alert.cleared_at is not None


def test_a_fault_is_noticed_and_its_end_too(plug):
    plug.status = ConnectorStatus.FAULTED
    plug.save()
    on_facts.run([status(plug, "available", "faulted")])
    assert Alert.objects.get().rule == "faulted"
    plug.status = ConnectorStatus.AVAILABLE
    plug.save()
    on_facts.run([status(plug, "faulted", "available")])
    assert Alert.objects.get().cleared_at is not None


def test_an_error_is_noticed_and_its_end_too(plug):
    plug.status, plug.error_code = ConnectorStatus.AVAILABLE, "ReaderFailure"
    plug.save()
    on_facts.run([status(plug, "available", "available", error="ReaderFailure")])
    assert Alert.objects.get().rule == "error_code"
    plug.error_code = ""
    plug.save()
    on_facts.run([status(plug, "available", "available", old_error="ReaderFailure")])
    assert Alert.objects.get().resolved_at is not None


def test_news_of_many_stations_cost_as_many_queries_as_of_one(site, django_assert_max_num_queries):
    stations = [factories.StationFactory(site=site) for _ in range(20)]
    plugs = [factories.ConnectorFactory(evse__station=station, status=ConnectorStatus.FAULTED) for station in stations]
    told = [status(plug, "available", "faulted") for plug in plugs]
    with django_assert_max_num_queries(35):
        on_facts.run([*told, *[connected(plug.station) for plug in plugs]])
    assert Alert.objects.filter(rule="faulted").count() == 20
