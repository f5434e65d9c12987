"""/evses/ and /connectors/"""

import pytest

from tests import factories

EVSES, CONNECTORS = "/api/v1/evses/", "/api/v1/connectors/"


@pytest.fixture
def client(api, operator):
    return api(operator)


def test_an_evse_and_its_connector_are_made(client, station):
    evse = client.post(EVSES, {"station": station.identity, "number": 2, "max_power_w": 150_000})
    assert evse.status_code == 201
    plug = client.post(
        CONNECTORS, {"station": station.identity, "evse": 2, "number": 1, "ocpp16_id": 2, "type": "cCCS2"}
    )
    assert plug.status_code == 201
    assert plug.json().items() >= {"evse": 2, "number": 1, "status": "unknown"}.items()
    shown = client.get(f"{EVSES}{evse.json()['id']}/").json()
    assert shown["connectors"][0]["type"] == "cCCS2"


def test_numbers_are_unique(client, station):
    assert client.post(EVSES, {"station": station.identity, "number": 1}).status_code == 400
    taken = client.post(CONNECTORS, {"station": station.identity, "evse": 1, "number": 1})
    assert taken.status_code == 400
    assert taken.json()["errors"][0]["pointer"] == "#/number"


def test_a_connector_needs_an_evse_that_exists(client, station):
    response = client.post(CONNECTORS, {"station": station.identity, "evse": 9, "number": 1})
    assert response.json()["errors"] == [{"detail": "This station has no such EVSE.", "pointer": "#/evse"}]


def test_a_connector_stays_at_its_evse_while_somebody_charges_there(client, station):
    plug, evse = station.connectors.get(), factories.EvseFactory(station=station)
    factories.SessionFactory(station=station, connector=plug, evse=plug.evse)
    answer = client.patch(f"{CONNECTORS}{plug.pk}/", {"evse": evse.number})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/evse")
    plug.refresh_from_db()
    assert plug.evse_id != evse.pk


def test_equipment_is_changed_and_stays_with_its_station(client, station, site):
    evse, plug = station.evses.get(), station.connectors.get()
    other = factories.StationFactory(site=site)
    assert client.patch(f"{EVSES}{evse.pk}/", {"max_power_w": 22_000}).json()["max_power_w"] == 22_000
    assert client.patch(f"{CONNECTORS}{plug.pk}/", {"type": "sType2"}).json()["type"] == "sType2"
    assert client.patch(f"{EVSES}{evse.pk}/", {"station": other.identity}).status_code == 400


def test_equipment_in_use_is_not_deleted(client, session):
    assert client.delete(f"{EVSES}{session.evse_id}/").status_code == 409
    assert client.delete(f"{CONNECTORS}{session.connector_id}/").status_code == 409


def test_idle_equipment_is_deleted(client, station):
    plug = factories.ConnectorFactory(evse__station=station)
    assert client.delete(f"{CONNECTORS}{plug.pk}/").status_code == 204
    assert client.delete(f"{EVSES}{plug.evse_id}/").status_code == 204


def test_equipment_is_found_by_station(client, station, site):
    factories.ConnectorFactory(evse__station__site=site)
    for address in (EVSES, CONNECTORS):
        rows = client.get(address, {"station": station.identity}).json()["results"]
        assert [row["station"] for row in rows] == [station.identity]


def test_equipment_is_not_made_on_a_foreign_station(client, elsewhere):
    response = client.post(EVSES, {"station": elsewhere.station.identity, "number": 7})
    assert response.status_code == 400


def test_a_technician_makes_no_equipment(api, technician, station):
    assert api(technician).post(EVSES, {"station": station.identity, "number": 2}).status_code == 403
