"""Rows that belong to some of many keys, by a query that is put into SQL once."""

import pytest

from stations.models import Connector, Session, Station
from stations.services.loading import KEYS, Prepared
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_rows_of_the_keys_are_found_and_no_others():
    one, other, third = factories.StationFactory.create_batch(3)
    stations = Prepared(lambda: Station.objects.filter(pk__among=KEYS).order_by("pk"))
    assert stations.rows([third.pk, one.pk]) == [one, third]
    assert stations.rows({other.pk}) == [other]
    assert stations.rows([]) == []


def test_an_object_is_what_the_orm_would_have_made_of_its_row():
    session = Session.objects.get(pk=factories.SessionFactory(anomalies=["wrong_clock"]).pk)
    (loaded,) = Prepared(lambda: Session.objects.filter(station__among=KEYS)).rows([session.station_id])
    assert {field.attname: getattr(loaded, field.attname) for field in Session._meta.concrete_fields} == {
        field.attname: getattr(session, field.attname) for field in Session._meta.concrete_fields
    }
    loaded.energy_wh = 4711
    loaded.save()
    session.refresh_from_db()
    assert session.energy_wh == 4711


def test_what_belongs_to_it_comes_in_the_same_query(django_assert_num_queries):
    connector = factories.ConnectorFactory()
    connectors = Prepared(lambda: Connector.objects.filter(station__among=KEYS).select_related("evse"))
    with django_assert_num_queries(1):
        (loaded,) = connectors.rows([connector.station_id])
        assert loaded.evse == connector.evse
        assert loaded.station_id == connector.station_id
