"""What the ledger hears of facts."""

import pytest
from django.utils import timezone

from monitoring.models import LedgerEntry, UptimeSignal
from monitoring.services import ledger
from stations import journal
from stations.domain.commands import CommandState
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
