"""What a batch of frequent messages costs: as many statements for 8 stations as for 64."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stations.models import MeterSample, ReportedCost, Session
from stations.ocpp import exchange, protocols, rpc
from stations.services.work import Work
from tests import factories

pytestmark = pytest.mark.django_db
MESSAGES = 256
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def meter_values(number, connector):
    value = {"timestamp": at(number), "sampledValue": [{"value": str(number)}]}
    return "MeterValues", {"connectorId": connector.ocpp16_id, "transactionId": 7, "meterValue": [value]}


def status_notification(number, connector):
    status = ["Faulted", "Available", "Unavailable", "Preparing"][number // 64 % 4]
    return "StatusNotification", {"connectorId": connector.ocpp16_id, "errorCode": "NoError", "status": status}


def transaction_event(number, connector):
    return "TransactionEvent", {
        "eventType": "Updated",
        "timestamp": at(number),
        "triggerReason": "MeterValuePeriodic",
        "seqNo": number,
        "transactionInfo": {"transactionId": "7", "chargingState": "Charging"},
        "meterValue": [{"timestamp": at(number), "sampledValue": [{"value": number}]}],
    }


def transaction_event_with_cost(number, connector):
    action, payload = transaction_event(number, connector)
    total = {"currency": "EUR", "typeOfCost": "NormalCost", "total": {"exclTax": number}}
    return action, payload | {
        "evse": {"id": connector.evse.number, "connectorId": connector.number},
        "costDetails": {"totalCost": total, "totalUsage": {"energy": 1, "chargingTime": 1, "idleTime": 1}},
    }


def at(number):
    return (SINCE + timedelta(seconds=number)).isoformat()


def queries_of_batch(version, message, stations):
    """How many statements a batch of MESSAGES of that many stations takes, the second of its kind."""
    protocol = protocols.named(version)
    places = []
    for _ in range(stations):
        connector = factories.ConnectorFactory(evse__station__protocol=version, ocpp16_id=1)
        station = connector.evse.station
        factories.connect(station)
        station.refresh_from_db()
        factories.SessionFactory(
            station=station,
            evse=connector.evse,
            connector=connector,
            transaction_id="7",
            started_at=SINCE,
            protocol=version,
        )
        places.append((station, connector))
    for turn in range(2):
        ids = {station.pk for station, _ in places}
        with CaptureQueriesContext(connection) as captured, Work.transaction(ids, timezone.now()) as work:
            for number in range(MESSAGES):
                station, connector = places[number % stations]
                action, payload = message(turn * MESSAGES + number, connector)
                text = rpc.call(str(number), action, payload)
                source = exchange.Source(protocol, station.pk, station.connection_id, timezone.now())
                answer = exchange.take_call(source, text, rpc.parse(text))(work)
                assert orjson.loads(answer)[0] == 3, answer
    return len(captured)


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("ocpp1.6", meter_values),
        ("ocpp1.6", status_notification),
        ("ocpp2.0.1", transaction_event),
        ("ocpp2.1", transaction_event),
        ("ocpp2.1", transaction_event_with_cost),
    ],
)
def test_a_batch_costs_the_same_for_few_stations_and_many(version, message):
    few, many = (queries_of_batch(version, message, stations) for stations in (8, 64))
    # SQLite takes more inserts for the same rows; PostgreSQL has one for each table.
    assert abs(many - few) <= 2
    assert max(few, many) <= (26 if connection.vendor == "sqlite" else 16)
    if message is not status_notification:
        assert MeterSample.objects.count() == 4 * MESSAGES
        assert set(Session.objects.values_list("energy_wh", flat=True)) != {0}
    if message is transaction_event_with_cost:
        assert ReportedCost.objects.count() == 72
