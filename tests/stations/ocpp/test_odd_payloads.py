"""Payloads that fit their schema and that nobody thinks of: they are taken, and nothing else suffers from them."""

import orjson
import pytest
from django.utils import timezone

from stations.domain.commands import CommandKind, CommandState
from stations.models import AppliedProfile, Command, CompositeSchedule, ReportedCost, Session, Station
from stations.ocpp import exchange, protocols, rpc
from stations.services import commands
from stations.services.work import Work
from tests import factories

pytestmark = pytest.mark.django_db
AT = "2026-01-01T12:00:00Z"


class Wire:
    """A connected station, without a socket: what its lane would run."""

    def __init__(self, version):
        self.version = protocols.named(version)
        self.station = factories.StationFactory(protocol=version)
        factories.connect(self.station)
        self.station.refresh_from_db()

    @property
    def source(self):
        return exchange.Source(self.version, self.station.pk, self.station.connection_id, timezone.now())

    def hears(self, action, payload):
        """The answer to a CALL of the station."""
        text = rpc.call("m", action, payload)
        frame = rpc.parse(text, self.version.message_types)
        return orjson.loads(self.runs(exchange.take_call(self.source, text, frame)))

    def says(self, action, payload, answer):
        """The command of a raw CALL that the station answered so; `answer` None: it did not."""
        values = {"action": action, "payload": payload}
        command = commands.request(station=self.station, kind=CommandKind.CALL, values=values, requested_by=None)
        sent = self.runs(exchange.claim_next(self.source, "ours"))
        if isinstance(sent, exchange.Outgoing) and answer is not None:
            assert orjson.loads(sent.text)[3] == payload
            text = rpc.result("ours", answer)
            self.runs(exchange.take_answer(self.source, text, sent, rpc.parse(text, self.version.message_types)))
        command.refresh_from_db()
        return command

    def runs(self, job):
        """A job of its lane."""
        with Work.transaction({self.station.pk}, timezone.now()) as work:
            return job(work)


@pytest.mark.parametrize("at", ["2026-01-01t12:00:00z", "2026-01-01 12:00:00z", "0001-01-01T00:00:00Z"])
def test_a_time_may_be_written_in_lower_case(at):
    """RFC 3339, section 5.6."""
    answer = Wire("ocpp1.6").hears("StopTransaction", {"transactionId": 7, "meterStop": 5, "timestamp": at})
    assert answer == [3, "m", {}]


def test_two_stops_of_a_made_up_id_in_one_second_are_two():
    wire = Wire("ocpp1.6")
    for meter in (100, 200, 300):
        answer = wire.hears("StopTransaction", {"transactionId": -1, "meterStop": meter, "timestamp": AT})
        assert answer[0] == 3
    assert sorted(Session.objects.values_list("meter_stop_wh", flat=True)) == [100, 200, 300]


@pytest.mark.parametrize("action", ["NotifyReport", "NotifyMonitoringReport", "NotifyCustomerInformation"])
def test_a_part_of_a_report_may_be_numbered_1_0(action):
    """JSON schema takes 1.0 for an integer, and so do scripting engines in stations."""
    payload = {"requestId": 1.0, "generatedAt": AT, "seqNo": 0.0}
    if action == "NotifyCustomerInformation":
        payload["data"] = "x"
    assert Wire("ocpp2.0.1").hears(action, payload) == [3, "m", {}]


def test_an_event_may_call_no_connector_0():
    payload = {
        "eventType": "Started",
        "timestamp": AT,
        "triggerReason": "Authorized",
        "seqNo": 0,
        "transactionInfo": {"transactionId": "t"},
        "evse": {"id": 2, "connectorId": 0},
    }
    assert Wire("ocpp2.0.1").hears("TransactionEvent", payload)[0] == 3
    session = Session.objects.get()
    assert (session.evse.number, session.connector) == (2, None)


def test_a_cost_that_nobody_pays_costs_no_event():
    total = {"currency": "EUR", "typeOfCost": "NormalCost", "total": {"exclTax": 1e300, "inclTax": 9e12}}
    payload = {
        "eventType": "Ended",
        "timestamp": AT,
        "triggerReason": "EVDeparted",
        "seqNo": 1,
        "transactionInfo": {"transactionId": "t"},
        "costDetails": {"totalCost": total, "totalUsage": {"energy": 1, "chargingTime": 1, "idleTime": 1}},
    }
    assert Wire("ocpp2.1").hears("TransactionEvent", payload)[0] == 3
    assert (ReportedCost.objects.get().total, Session.objects.get().stop_reason) == (None, "Local")


def test_a_composite_schedule_of_the_evse_minus_1_is_the_stations():
    schedule = {
        "evseId": -1,
        "duration": 60,
        "scheduleStart": AT,
        "chargingRateUnit": "W",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}],
    }
    wire = Wire("ocpp2.0.1")
    command = wire.says(
        "GetCompositeSchedule", {"duration": 60, "evseId": 0}, {"status": "Accepted", "schedule": schedule}
    )
    assert (command.state, CompositeSchedule.objects.get().evse_number) == (CommandState.ACCEPTED, 0)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_schedules_at_the_ends_of_the_calendar_are_compared_too(at):
    wire = Wire("ocpp1.6")
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "startSchedule": at,
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": -2147483648, "limit": 1.0}, {"startPeriod": 1, "limit": 2.0}],
        },
    }
    request = {"connectorId": 1, "csChargingProfiles": profile}
    assert wire.says("SetChargingProfile", request, {"status": "Accepted"}).state == CommandState.ACCEPTED
    assert AppliedProfile.objects.get().wire_id == 1
    schedule = {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 1.0}]}
    answer = {"status": "Accepted", "connectorId": 1, "scheduleStart": at, "chargingSchedule": schedule}
    command = wire.says("GetCompositeSchedule", {"connectorId": 1, "duration": 2147483647}, answer)
    assert command.state == CommandState.ACCEPTED, command.error


def test_a_raw_connection_profile_leaves_whatever_security_it_names():
    data = {
        "ocppVersion": "OCPP20",
        "ocppTransport": "JSON",
        "ocppCsmsUrl": "wss://x",
        "messageTimeout": 30,
        "securityProfile": 32768,
        "ocppInterface": "Wired0",
    }
    request = {"configurationSlot": 1, "connectionData": data}
    command = Wire("ocpp2.0.1").says("SetNetworkProfile", request, {"status": "Rejected"})
    assert (command.state, command.error_code) == (CommandState.REJECTED, "")
    assert not hasattr(Station.objects.get(), "profile_upgrade")


def test_what_the_database_refuses_of_a_command_fails_that_command_only(monkeypatch):
    """Else it would be claimed again each second, and stand before all others for ever."""

    def trip(context, request):
        Station.objects.create(pk=context.station.pk, site=context.station.site, identity="x")

    wire = Wire("ocpp1.6")
    monkeypatch.setitem(wire.version.routes.senders, "ClearCache", trip)
    first = wire.says("ClearCache", {}, None)
    assert first.state == CommandState.FAILED
    assert wire.says("GetLocalListVersion", {}, {"listVersion": 0}).state == CommandState.ACCEPTED


@pytest.mark.parametrize(
    ("registration", "error_code", "asked"),
    [("Accepted", "", 1), ("Accepted", "NotImplemented", 0), ("Accepted", "NotSupported", 0), ("Pending", "", 0)],
)
def test_statuses_are_asked_of_accepted_stations_that_know_triggers(registration, error_code, asked):
    wire = Wire("ocpp1.6")
    factories.ConnectorFactory(evse__station=wire.station)
    Station.objects.update(registration=registration)
    factories.CommandFactory(
        station=wire.station, action="TriggerMessage", error_code=error_code, state="failed", finished_at=timezone.now()
    )
    wire.runs(exchange.ask_for_status(wire.source))
    assert Command.objects.filter(state="queued").count() == asked


def test_a_local_list_may_hold_a_token_without_a_value():
    """Its row is read again with each later list: it must not stand in the way of them all."""
    wire = Wire("ocpp1.6")
    for version in (1, 2):
        listed = [{"idTag": "", "idTagInfo": {"status": "Blocked"}}]
        request = {"listVersion": version, "updateType": "Differential", "localAuthorizationList": listed}
        command = wire.says("SendLocalList", request, {"status": "Accepted"})
        assert command.state == CommandState.ACCEPTED
