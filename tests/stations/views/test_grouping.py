"""An operator groups the connectors of a 1.6 station."""

import pytest
from django.urls import reverse

from stations.models import Connector
from tests import factories


@pytest.fixture
def connectors(site):
    station = factories.StationFactory(site=site, identity="TWO-PLUGS")
    evses = [factories.EvseFactory(station=station, number=number) for number in (1, 2)]
    return [factories.ConnectorFactory(evse=evse, number=1, ocpp16_id=evse.number) for evse in evses]


def post(client, connectors, *numbers):
    data = {f"connector-{c.pk}": number for c, number in zip(connectors, numbers, strict=True)}
    return client.post(reverse("stations:grouping", args=["TWO-PLUGS"]), data)


def evse_numbers():
    plugs = Connector.objects.filter(station__identity="TWO-PLUGS").order_by("ocpp16_id")
    return list(plugs.values_list("evse__number", "number"))


def test_two_plugs_are_put_under_one_evse(client, operator, connectors):
    client.force_login(operator)
    assert post(client, connectors, 1, 1).status_code == 302
    assert evse_numbers() == [(1, 1), (1, 2)]


def test_a_plug_with_a_running_session_stays_and_the_form_says_why(client, operator, connectors):
    factories.SessionFactory(station=connectors[1].station, evse=connectors[1].evse, connector=connectors[1])
    client.force_login(operator)
    answer = post(client, connectors, 1, 1)
    assert "A session is running" in answer.content.decode()
    assert evse_numbers() == [(1, 1), (2, 1)]


def test_a_technician_may_not(client, technician, connectors):
    client.force_login(technician)
    assert post(client, connectors, 1, 1).status_code == 403
