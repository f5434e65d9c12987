"""Templates, what stations told, and who may see and change it, over REST."""

import pytest

from stations.models import Command, ConfigurationTemplate
from tests import device_rows, factories

TEMPLATES = "/api/v1/configuration-templates/"
ENTRIES = [{"name": "HeartbeatInterval", "value": "60"}]


@pytest.fixture
def told(station):
    """The station told something of everything."""
    device_rows.make(station, "Volta")
    return station


def test_a_template_is_made_read_changed_and_deleted(api, operator, organization, site):
    client = api(operator)
    made = client.post(TEMPLATES, {"name": "A", "site": site.pk, "entries": ENTRIES}, format="json")
    assert made.status_code == 201, made.content
    assert made.json()["organization"] == organization.slug
    url = f"{TEMPLATES}{made.json()['id']}/"
    changed = client.patch(url, {"is_enforced": True}, format="json").json()
    assert (changed["is_enforced"], [entry["value"] for entry in changed["entries"]]) == (True, ["60"])
    secret = [{"name": "AuthorizationKey", "value": "0123456789abcdef"}]
    assert client.patch(url, {"entries": secret}, format="json").json()["entries"][0]["value"] == "••••••"
    assert client.delete(url).status_code == 204
    assert not ConfigurationTemplate.objects.exists()


def test_who_does_not_manage_the_network_changes_no_template(api, told, viewer, technician):
    row = ConfigurationTemplate.objects.get()
    for person in (viewer, technician):
        client = api(person)
        assert client.get(f"{TEMPLATES}{row.pk}/").status_code == 200
        assert client.patch(f"{TEMPLATES}{row.pk}/", {"name": "Mine"}, format="json").status_code == 403
        assert client.post(TEMPLATES, {"name": "Mine"}, format="json").status_code == 403
        assert client.delete(f"{TEMPLATES}{row.pk}/").status_code == 403


def test_a_value_beside_what_it_should_be(api, viewer, told):
    (row,) = api(viewer).get(f"/api/v1/stations/{told.identity}/variables/?drift=true").json()["results"]
    assert (row["value"], row["desired"], row["drift"]) == ("1", "WantedOfVolta", "differs")
    shown = api(viewer).get(f"/api/v1/stations/{told.identity}/configuration/").json()
    assert (shown["differs"], shown["needs_reboot"], shown["items"][0]["template"]) == (True, False, "TemplateOfVolta")


def test_a_repair_takes_the_right_to_command(api, viewer, operator, told):
    url = f"/api/v1/stations/{told.identity}/configuration/repair/"
    assert api(viewer).post(url, {}, format="json").status_code == 403
    assert api(operator, "read").post(url, {}, format="json").status_code == 403
    assert not Command.objects.exists()
    command = api(operator).post(url, {}, format="json").json()["command"]
    assert (command["kind"], command["state"]) == ("set_variables", "queued")


def test_customer_information_is_for_those_who_see_tokens(api, support, technician, told):
    (row,) = api(support).get("/api/v1/customer-information/").json()["results"]
    assert row["text"] == "CustomerOfVolta"
    assert api(technician).get("/api/v1/customer-information/").json()["results"] == []
    reports = f"/api/v1/stations/{told.identity}/reports/"
    assert len(api(support).get(reports).json()["results"]) == 1
    assert api(technician).get(reports).json()["results"] == []


def test_events_are_filtered_by_severity(api, viewer, told):
    url = "/api/v1/device-events/?severity_up_to="
    assert len(api(viewer).get(f"{url}2").json()["results"]) == 1
    assert api(viewer).get(f"{url}1").json()["results"] == []


def test_what_is_too_much_for_one_call_is_several_commands(api, operator, station):
    factories.connect(station)
    names = [{"name": name, "value": "1"} for name in ("A", "B", "C")]
    body = {"kind": "set_variables", "variables": names}
    first = api(operator).post(f"/api/v1/stations/{station.identity}/commands/", body, format="json").json()
    parts = api(operator).get(f"/api/v1/commands/?part_of={first['id']}").json()["results"]
    assert (first["part_of"], [part["payload"]["variables"][0]["name"] for part in parts]) == (None, ["C", "B"])


@pytest.mark.parametrize(
    "variable",
    [{"name": "A"}, {"value": "1"}, {"name": "A", "value": "1", "kolour": "red"}, "A", {"name": 1, "value": "1"}],
)
def test_objects_in_a_list_are_checked(api, operator, station, variable):
    body = {"kind": "set_variables", "variables": [variable]}
    response = api(operator).post(f"/api/v1/stations/{station.identity}/commands/", body, format="json")
    assert response.status_code == 400
    assert not Command.objects.exists()
