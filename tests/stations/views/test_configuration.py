"""Desired configuration in the console: templates, differences, repair; and what stations tell of themselves."""

import orjson
import pytest
from django.urls import reverse
from django.utils import timezone

from stations.models import Command, ConfigurationTemplate, Monitor, Station
from stations.services.variables import Reported, reported
from stations.views import configuration
from tests import device_rows, factories

FORM = {"name": "Depot", "entries": "HeartbeatInterval = 60\nAuthorizationKey = 0123456789abcdef"}


def page(client, name, *arguments):
    response = client.get(reverse(f"stations:{name}", args=arguments))
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def template(operator, browser, organization):
    browser(operator).post(reverse("stations:template-add"), FORM)
    return ConfigurationTemplate.objects.get()


def test_a_template_is_written_in_lines(template, browser, operator):
    assert {entry.name: entry.value for entry in template.entries.all()} == {
        "AuthorizationKey": "••••••",
        "HeartbeatInterval": "60",
    }
    assert "HeartbeatInterval = 60" in page(browser(operator), "template-edit", template.pk)
    assert "Depot" in page(browser(operator), "template-list")


def test_a_masked_secret_stays_when_the_template_is_stored_again(template, browser, operator):
    sealed = bytes(template.entries.get(name="AuthorizationKey").sealed)
    changed = {"name": "Depot", "entries": "HeartbeatInterval = 90\nAuthorizationKey = ••••••", "is_enforced": "on"}
    browser(operator).post(reverse("stations:template-edit", args=[template.pk]), changed)
    template.refresh_from_db()
    assert template.is_enforced
    assert bytes(template.entries.get(name="AuthorizationKey").sealed) == sealed
    assert template.entries.get(name="HeartbeatInterval").value == "90"


def test_a_line_that_says_nothing_is_named(browser, operator):
    response = browser(operator).post(reverse("stations:template-add"), FORM | {"entries": "A = 1\nnonsense"})
    assert "Line 2" in response.content.decode()
    assert not ConfigurationTemplate.objects.exists()


def test_a_name_that_is_taken_is_said_so(template, browser, operator):
    response = browser(operator).post(reverse("stations:template-add"), FORM)
    assert "unique" in response.content.decode()


def test_differences_are_shown_and_repaired(template, browser, operator, station):
    told = [Reported(name="HeartbeatInterval", value="300", mutability="ReadWrite")]
    reported(station=station, variables=told, at=timezone.now())
    assert station.identity in page(browser(operator), "drift-list")
    assert "Differs" in page(browser(operator), "station-configuration", station.identity)
    browser(operator).post(reverse("stations:station-repair", args=[station.identity]))
    wanted = [orjson.loads(command.payload)["variables"][0]["name"] for command in Command.objects.order_by("id")]
    assert wanted == ["AuthorizationKey", "HeartbeatInterval"]


def test_the_differences_go_on_and_back_station_by_station(template, browser, operator, station, monkeypatch):
    monkeypatch.setattr(configuration, "DRIFTING_SHOWN", 2)
    factories.StationFactory.create_batch(4, site=station.site)
    identities = sorted(Station.objects.values_list("identity", flat=True))
    shown = []

    def follow(query, link):
        while query:
            found = browser(operator).get(reverse("stations:drift-list") + query).context["page"]
            shown.append([row.identity for row, _ in found.items])
            last, query = found, getattr(found, link)
        return last

    last = follow("?", "next_url")
    follow(last.previous_url, "previous_url")
    assert shown == [identities[:2], identities[2:4], identities[4:], identities[2:4], identities[:2]]


def test_who_may_not_command_does_not_repair(template, browser, viewer, station):
    response = browser(viewer).post(reverse("stations:station-repair", args=[station.identity]))
    assert response.status_code == 403
    assert not Command.objects.exists()


def test_who_does_not_manage_the_network_reads_templates_and_changes_none(template, browser, viewer):
    assert "Depot" in page(browser(viewer), "template-list")
    assert browser(viewer).get(reverse("stations:template-edit", args=[template.pk])).status_code == 404
    assert browser(viewer).post(reverse("stations:template-delete", args=[template.pk])).status_code == 404
    assert ConfigurationTemplate.objects.exists()


def test_a_template_is_deleted(template, browser, operator):
    browser(operator).post(reverse("stations:template-delete", args=[template.pk]))
    assert not ConfigurationTemplate.objects.exists()


def test_what_a_station_tells_of_itself_is_shown(browser, operator, station):
    station.protocol = "ocpp2.1"
    station.save()
    device_rows.make(station, "Volta")
    for name, text in (
        ("station-monitoring", "MonitorOfVolta"),
        ("station-monitoring", "EventOfVolta"),
        ("station-display", "MessageOfVolta"),
        ("station-customers", "CustomerOfVolta"),
        ("station-configuration", "WantedOfVolta"),
    ):
        assert text in page(browser(operator), name, station.identity)


def test_customers_are_for_those_who_see_tokens(browser, technician, station):
    station.protocol = "ocpp2.0.1"
    station.save()
    device_rows.make(station, "Volta")
    url = reverse("stations:station-customers", args=[station.identity])
    assert browser(technician).get(url).status_code == 403
    assert url not in page(browser(technician), "station", station.identity)


def test_a_station_of_16_has_no_page_for_what_it_cannot_tell(browser, operator, station):
    content = page(browser(operator), "station", station.identity)
    assert reverse("stations:station-monitoring", args=[station.identity]) not in content


@pytest.fixture
def device(station):
    """A station of OCPP 2.1 that is connected."""
    factories.connect(station, "ocpp2.1")
    return station


@pytest.mark.parametrize(
    ("kind", "given", "values"),
    [
        ("set_monitoring_base", {"base": "FactoryDefault"}, {"base": "FactoryDefault"}),
        ("set_monitoring_level", {"severity": "4"}, {"severity": 4}),
        (
            "set_variable_monitoring",
            {"component": "EVSE", "evse": "1", "name": "Power", "type": "Delta", "value": "0.5", "severity": "8"},
            {
                "monitors": [
                    {"component": "EVSE", "evse": 1, "name": "Power", "type": "Delta", "value": 0.5, "severity": 8}
                ]
            },
        ),
        ("clear_variable_monitoring", {"monitors": ["1"]}, {"monitors": [1]}),
        ("get_report", {"criteria": ["Problem"]}, {"criteria": ["Problem"]}),
        (
            "get_monitoring_report",
            {"component": "EVSE", "name": "Power"},
            {"variables": [{"component": "EVSE", "name": "Power"}]},
        ),
        ("customer_information", {"clear": "on", "id_token": "X"}, {"report": False, "clear": True, "id_token": "X"}),
        (
            "set_display_message",
            {"content": "Hi", "format": "UTF8", "priority": "InFront", "ends_at": "2027-01-01T09:00"},
            {"content": "Hi", "format": "UTF8", "priority": "InFront", "ends_at": "2027-01-01T09:00:00.000Z"},
        ),
        ("get_display_messages", {"state": "Charging"}, {"state": "Charging"}),
    ],
)
def test_a_form_makes_the_command_it_means(browser, operator, device, kind, given, values):
    Monitor.objects.create(
        station=device, number=1, name="Power", type="Delta", value=1, severity=8, reported_at=timezone.now()
    )
    browser(operator).post(reverse("stations:command-send", args=[device.identity, kind]), given)
    assert orjson.loads(Command.objects.get().payload) == values
