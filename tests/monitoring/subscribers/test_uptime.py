"""What the ledger hears of facts."""

import pytest
from django.utils import timezone

from monitoring.models import LedgerEntry, Port, UptimeSignal
from monitoring.services import ledger
from stations import journal
from stations.domain.commands import CommandState
from stations.services import network, provisioning
from tests import factories


@pytest.fixture
def plug(station):
    """Connected since now, and available by its own word."""
    plug = station.connectors.get()
    connection = factories.ConnectionFactory(station=station)
    tell("station.connected", "station", station.pk, {"connection": connection.pk})
    status(plug, "unknown", "available")
    return plug


def tell(kind, subject_type, subject_id, data):
    journal.record(kind, subject_type=subject_type, subject_id=subject_id, data=data)
    journal.deliver()


def status(plug, before, after, error_code=""):
    data = {"station": plug.station_id, "evse": plug.evse_id, "from": before, "to": after, "error_code": error_code}
    tell("connector.status", "connector", plug.pk, data | {"said_at": timezone.now().isoformat()})


def last_cause():
    ledger.rebuild()
    return LedgerEntry.objects.get(end=None, replaced_at=None).cause


def test_a_connector_that_reports_a_fault_takes_its_port_down(plug):
    assert last_cause() == "working"
    status(plug, "available", "faulted", "GroundFailure")
    assert last_cause() == "fault"
    assert UptimeSignal.objects.order_by("pk").last().detail == "GroundFailure"


def test_a_vehicle_that_comes_and_goes_is_no_signal(plug):
    signals = UptimeSignal.objects.count()
    status(plug, "available", "preparing")
    status(plug, "preparing", "charging")
    assert UptimeSignal.objects.count() == signals


def test_a_fault_of_the_station_concerns_its_ports(plug):
    data = {"from": "available", "to": "faulted", "error_code": "", "said_at": timezone.now().isoformat()}
    tell("station.status", "station", plug.station_id, data)
    assert last_cause() == "fault"


def test_what_an_operator_takes_out_of_service_is_told_apart(plug, owner):
    command = factories.CommandFactory(
        station=plug.station, kind="change_availability", payload='{"operative": false}', sent_at=timezone.now()
    )
    finished = {"station": plug.station_id, "kind": command.kind, "state": CommandState.ACCEPTED}
    tell("command.finished", "command", command.pk, finished)
    status(plug, "available", "unavailable")
    assert last_cause() == "operator"


def test_a_port_that_only_says_unavailable_was_asked_by_nobody(plug):
    status(plug, "available", "unavailable")
    assert last_cause() == "unavailable"


def event(plug, component, variable, value, *, connector=None, evse=1, cleared=False):
    data = {"station": plug.station_id, "component": component, "variable": variable, "value": value}
    data |= {"evse": evse, "connector": connector, "cleared": cleared, "tech_code": "", "severity": None}
    tell("device.event", "deviceevent", 1, data | {"said_at": timezone.now().isoformat()})


@pytest.mark.parametrize(
    ("component", "evse", "connector"), [("ChargingStation", None, None), ("EVSE", 1, None), ("Connector", 1, 1)]
)
def test_a_problem_told_by_an_event_is_a_fault_until_it_is_over(plug, component, evse, connector):
    event(plug, component, "Problem", "true", evse=evse, connector=connector)
    assert last_cause() == "fault"
    event(plug, component, "Problem", "false", evse=evse, connector=connector)
    assert last_cause() == "working"
    event(plug, component, "Problem", "true", evse=evse, connector=connector)
    event(plug, component, "Problem", "true", evse=evse, connector=connector, cleared=True)
    assert last_cause() == "working"


def test_a_problem_of_one_connector_leaves_the_port_up_where_another_works(plug):
    other = factories.ConnectorFactory(evse=plug.evse)
    status(other, "unknown", "available")
    event(plug, "Connector", "Problem", "true", connector=plug.number)
    assert last_cause() == "working"


def test_an_evse_that_says_faulted_as_a_whole_is_down(plug):
    event(plug, "EVSE", "AvailabilityState", "Faulted")
    assert last_cause() == "fault"
    event(plug, "EVSE", "AvailabilityState", "Unavailable")
    assert last_cause() == "unavailable"
    event(plug, "EVSE", "AvailabilityState", "Occupied")
    assert last_cause() == "working"


def test_events_of_other_things_are_no_signals(plug):
    signals = UptimeSignal.objects.count()
    event(plug, "FanController", "Problem2", "true")
    event(plug, "Connector", "Temperature", "80", connector=1)
    assert UptimeSignal.objects.count() == signals


def test_a_connector_that_moved_has_its_say_at_the_evse_where_it_is(station):
    first, second = (factories.ConnectorFactory(evse__station=station) for _ in range(2))
    connection = factories.ConnectionFactory(station=station)
    tell("station.connected", "station", station.pk, {"connection": connection.pk})
    status(first, "unknown", "available")
    status(second, "unknown", "faulted")
    type(second).objects.filter(pk=second.pk).update(status="faulted")
    provisioning.group_connectors(station=station, evse_numbers={second.pk: first.evse.number})
    while journal.deliver():
        pass
    ledger.sweep()
    assert Port.objects.get(pk=second.evse_id).removed_at is not None
    # One that works is enough.
    assert Port.objects.get(pk=first.evse_id).state == "up"
    status(first, "available", "faulted")
    assert Port.objects.get(pk=first.evse_id).state == "down"


def test_a_connector_that_moved_by_rest_has_its_say_where_it_is_too(api, operator, station):
    first, second = (factories.ConnectorFactory(evse__station=station, number=n) for n in (1, 2))
    connection = factories.ConnectionFactory(station=station)
    tell("station.connected", "station", station.pk, {"connection": connection.pk})
    status(first, "unknown", "faulted")
    status(second, "unknown", "available")
    type(second).objects.filter(pk=second.pk).update(status="available")
    assert Port.objects.get(pk=first.evse_id).state == "down"
    changes = {"evse": first.evse.number}
    assert api(operator).patch(f"/api/v1/connectors/{second.pk}/", changes).status_code == 200
    journal.deliver()
    assert Port.objects.get(pk=first.evse_id).state == "up"
    assert Port.objects.get(pk=second.evse_id).cause == "untold"


def test_a_connector_that_was_removed_has_no_say_any_more(station):
    first = factories.ConnectorFactory(evse__station=station)
    second = factories.ConnectorFactory(evse=first.evse)
    tell("station.connected", "station", station.pk, {"connection": factories.ConnectionFactory(station=station).pk})
    status(first, "unknown", "available")
    status(second, "unknown", "faulted")
    assert Port.objects.get(pk=first.evse_id).state == "up"
    network.delete_connector(connector=first)
    journal.deliver()
    assert Port.objects.get(pk=second.evse_id).state == "down"
