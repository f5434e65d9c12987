"""Sessions that never end: a charger forgot them, or somebody closed them, and what it tells afterwards counts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations.domain.anomalies import Anomaly
from stations.domain.status import ConnectorStatus
from stations.domain.times import render
from stations.models import Command, Connector, Session, Station
from stations.services import forgotten
from tests.flows.transactions import event, facts, meter, only, start, stop, value

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def charger(connect):
    """A 1.6 charger with two connectors whose messages the tests write themselves."""
    async with connect("ocpp1.6", evses=2) as charger:
        await charger.boot()
        yield charger


@pytest.fixture
async def station2(connect):
    async with connect("ocpp2.0.1") as charger:
        await charger.boot()
        yield charger


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


async def test_a_new_start_ends_what_the_charger_forgot_and_a_late_stop_puts_it_right(charger, database, now, desk):
    forgotten_id = await start(charger, now - 60 * MINUTE)
    await meter(charger, forgotten_id, value(now - 50 * MINUTE, 3000))
    running_id = await start(charger, now - 10 * MINUTE, meter=6000)
    session = await desk.get(f"sessions/{forgotten_id}/")
    assert (session["energy_wh"], session["stop_reason"]) == (2000, "")
    assert session["ended_at"] == (now - 50 * MINUTE).isoformat().replace("+00:00", "Z")
    assert session["anomalies"] == ["never_ended"]
    assert await facts(database, "session.forgotten")
    assert (await desk.get(f"sessions/{running_id}/"))["ended_at"] is None

    await stop(charger, forgotten_id, now - 20 * MINUTE, 5500, reason="EVDisconnected")
    session = await desk.get(f"sessions/{forgotten_id}/")
    assert (session["energy_wh"], session["stop_reason"]) == (4500, "EVDisconnected")
    assert session["ended_at"] == (now - 20 * MINUTE).isoformat().replace("+00:00", "Z")
    assert session["anomalies"] == ["ended_late"]
    assert (await facts(database, "session.corrected"))[0]["energy_wh"] == 4500


async def test_a_start_that_waited_in_the_queue_ends_nothing_that_runs(charger, database, now):
    running_id = await start(charger, now - 10 * MINUTE)
    await start(charger, now - 60 * MINUTE)
    assert await database(lambda: Session.objects.get(pk=running_id).is_open)


async def test_a_session_on_a_connector_that_is_free_is_closed_after_a_while(charger, database, now):
    transaction_id = await start(charger, now - 60 * MINUTE)
    await meter(charger, transaction_id, value(now - 50 * MINUTE, 3000))
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    await charger.call("StatusNotification", status)
    assert await database(lambda: forgotten.close(now=timezone.now() + MINUTE)) == 0
    assert await database(lambda: forgotten.close(now=timezone.now() + 11 * MINUTE)) == 1
    session = await only(database)
    assert (session.energy_wh, session.ended_at, session.anomalies) == (2000, now - 50 * MINUTE, [Anomaly.NEVER_ENDED])


async def test_a_session_that_still_meters_is_never_closed(charger, database, now):
    transaction_id = await start(charger, now - 60 * MINUTE)
    await charger.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
    await meter(charger, transaction_id, value(now, 3000))
    assert await database(lambda: forgotten.close(now=timezone.now() + 600 * MINUTE)) == 0


async def test_readings_of_a_session_that_was_closed_here_still_count(charger, database, now):
    transaction_id = await start(charger, now - 60 * MINUTE)
    await charger.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
    assert await database(lambda: forgotten.close(now=timezone.now() + 11 * MINUTE)) == 1
    await meter(charger, transaction_id, value(now, 4000))
    session = await only(database)
    assert (session.energy_wh, session.ended_at) == (3000, now)


async def test_a_charger_that_booted_without_its_session_is_waited_for_shortly(charger, database, now):
    await start(charger, now - 60 * MINUTE)
    charger.station.outlets[1].announced = None
    await charger.boot()
    assert await database(lambda: Connector.objects.get(ocpp16_id=1).status) == ConnectorStatus.AVAILABLE
    assert await database(lambda: forgotten.close(now=timezone.now() + MINUTE)) == 0
    assert await database(lambda: forgotten.close(now=timezone.now() + 3 * MINUTE)) == 1


async def test_a_charger_that_is_gone_for_days_has_no_session(connect, database, now):
    async with connect("ocpp1.6") as charger:
        await charger.boot()
        await start(charger, now)
    await database.until(lambda: not Station.objects.get().connected, "the station is offline")
    assert await database(lambda: forgotten.close(now=now + timedelta(days=2))) == 0
    assert await database(lambda: forgotten.close(now=now + timedelta(days=4))) == 1


async def test_a_transaction_that_named_only_its_evse_is_found_too(station2, database, now):
    started = event("Started", 0, now, 1000)
    del started["evse"]["connectorId"]
    await station2.call("TransactionEvent", started)
    free = {"timestamp": render(now), "connectorStatus": "Available", "evseId": 1, "connectorId": 1}
    await station2.call("StatusNotification", free)
    station2.answers["GetTransactionStatus"] = {"ongoingIndicator": True, "messagesInQueue": False}
    later = timezone.now() + 61 * MINUTE
    assert await database(lambda: forgotten.close(now=later)) == 0
    await station2.wait_for_call("GetTransactionStatus")
    await database.until(lambda: Command.objects.filter(state="accepted").exists(), "the answer is stored")
    # It says that it runs: then it does.
    assert await database(lambda: forgotten.close(now=later)) == 0
    assert (await only(database)).is_open


async def test_a_2x_charger_is_asked_whether_it_still_has_the_transaction(station2, database, now):
    await station2.call("TransactionEvent", event("Started", 0, now, 1000))
    free = {"timestamp": render(now), "connectorStatus": "Available", "evseId": 1, "connectorId": 1}
    await station2.call("StatusNotification", free)
    station2.answers["GetTransactionStatus"] = {"ongoingIndicator": False, "messagesInQueue": False}
    later = timezone.now() + 61 * MINUTE
    assert await database(lambda: forgotten.close(now=later)) == 0
    asked = await station2.wait_for_call("GetTransactionStatus")
    assert asked.payload == {"transactionId": "T-1"}
    await database.until(lambda: not Session.objects.get().is_open, "the session is closed")
    assert Anomaly.NEVER_ENDED in (await only(database)).anomalies


async def test_a_stop_puts_right_what_a_person_closed(charger, database, desk, now):
    transaction_id = await start(charger, now - 60 * MINUTE)
    closed = await desk.post(f"sessions/{transaction_id}/close/", {})
    assert (closed["ended_at"] is None, closed["anomalies"]) == (False, [])
    await stop(charger, transaction_id, now - 30 * MINUTE, 4000, reason="Local")
    session = await only(database)
    assert (session.energy_wh, session.ended_at, session.stop_reason) == (3000, now - 30 * MINUTE, "Local")
    assert session.anomalies == [Anomaly.ENDED_LATE]
