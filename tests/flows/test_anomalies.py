"""Zombies and odd data, as chargers in the field send them: each shows on its session, and the energy stays right."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations.domain.anomalies import Anomaly
from stations.domain.times import render
from stations.models import Connector, MeterSample, Session
from stations.simulator.charger import VirtualCharger
from stations.simulator.profile import Profile
from tests import factories
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


# --- StopTransaction of nobody ---


async def test_a_stop_with_an_unknown_id_is_accepted_and_kept(charger, database, now, desk):
    readings = [
        value(now - 30 * MINUTE, 1000, context="Transaction.Begin"),
        value(now, 6000, context="Transaction.End"),
    ]
    for _ in range(2):
        answer = await stop(charger, 987_654, now, 6000, reason="PowerLoss", idTag="CARD-1", transactionData=readings)
        assert answer["idTagInfo"]["status"] == "Accepted"
    [session] = await desk.list("sessions/?flagged=true&anomaly=unknown_stop")
    assert await desk.list("sessions/?anomaly=meter_jumped") == []
    assert (session["transaction_id"], session["anomalies"]) == ("987654", ["unknown_stop"])
    assert (session["energy_wh"], session["stop_reason"], session["id_token"]) == (5000, "PowerLoss", "CARD-1")
    assert await database(MeterSample.objects.count) == 2
    [fact] = await facts(database, "session.unknown_stop")
    assert fact["transaction_id"] == "987654"


async def test_stops_with_the_same_made_up_id_are_all_kept(charger, database, now):
    await stop(charger, -1, now - 5 * MINUTE, 5000)
    await stop(charger, -1, now, 9000)
    assert await database(lambda: Session.objects.filter(transaction_id="-1").count()) == 2


async def test_a_stop_with_the_id_of_another_stations_session_touches_it_not(charger, database, depot, now):
    other = await database(
        lambda: factories.SessionFactory(station=factories.StationFactory(site=depot), protocol="ocpp1.6")
    )
    await stop(charger, other.pk, now, 5000)
    assert await database(lambda: Session.objects.get(pk=other.pk).is_open)
    orphan = await database(lambda: Session.objects.get(station__identity="CP-1"))
    assert orphan.anomalies == [Anomaly.FOREIGN_STOP]


# --- Meters ---


async def test_a_lost_begin_reading_is_replaced_by_the_first_one(charger, database, now):
    transaction_id = await start(charger, now - 30 * MINUTE, meter=0)
    await meter(charger, transaction_id, value(now - 29 * MINUTE, 7_000_000), value(now - 20 * MINUTE, 7_001_000))
    await stop(charger, transaction_id, now, 7_003_000)
    session = await only(database)
    assert (session.energy_wh, session.anomalies) == (3000, [Anomaly.NO_BEGIN_READING])


async def test_a_meter_that_jumps_bills_nothing_for_it(charger, database, now):
    transaction_id = await start(charger, now - 30 * MINUTE)
    for minutes, register in ((25, 2000), (20, 4_294_967_295), (15, 4000)):
        await meter(charger, transaction_id, value(now - minutes * MINUTE, register))
    await stop(charger, transaction_id, now, 6000)
    session = await only(database)
    assert (session.energy_wh, session.anomalies) == (5000, [Anomaly.METER_JUMPED])


async def test_the_power_an_evse_is_made_for_says_what_is_a_jump(charger, database, now):
    await database(lambda: Connector.objects.get(ocpp16_id=1).evse.__class__.objects.update(max_power_w=11_000))
    transaction_id = await start(charger, now - 10 * MINUTE)
    await stop(charger, transaction_id, now, 61_000)
    session = await only(database)
    assert (session.energy_wh, session.anomalies) == (0, [Anomaly.METER_JUMPED])


async def test_a_meter_that_is_reset_in_a_session_goes_on_from_there(charger, database, now):
    transaction_id = await start(charger, now - 30 * MINUTE)
    for minutes, register in ((25, 3000), (20, 0), (15, 500)):
        await meter(charger, transaction_id, value(now - minutes * MINUTE, register))
    await stop(charger, transaction_id, now, 1500)
    session = await only(database)
    assert (session.energy_wh, session.anomalies) == (3500, [Anomaly.METER_RAN_BACK])


async def test_readings_in_kwh_without_a_unit_are_recognized_beside_the_start_in_wh(charger, database, now):
    transaction_id = await start(charger, now - 30 * MINUTE, meter=54_321)
    await meter(charger, transaction_id, value(now - 20 * MINUTE, 55.1), value(now - 10 * MINUTE, 56.2))
    assert (await only(database)).energy_wh == 56_200 - 54_321
    await stop(charger, transaction_id, now, 57_000)
    session = await only(database)
    assert (session.energy_wh, session.anomalies) == (57_000 - 54_321, [Anomaly.KWH_AS_WH])


async def test_a_meter_that_counts_kwh_throughout_shows_by_its_power(charger, database, now):
    transaction_id = await start(charger, now - 60 * MINUTE, meter=54)
    for minutes, register in ((60, 54.0), (40, 57.6), (20, 61.3), (0, 65.0)):
        values = value(now - minutes * MINUTE, register)
        values["sampledValue"].append({"value": "11", "measurand": "Power.Active.Import", "unit": "kW"})
        await meter(charger, transaction_id, values)
    await stop(charger, transaction_id, now, 65)
    session = await only(database)
    assert (session.energy_wh, session.anomalies) == (11_000, [Anomaly.KWH_AS_WH])


async def test_a_meter_that_may_count_kwh_shows_after_some_sessions(charger, database, now):
    for hours in range(5, 0, -1):
        begun = now - hours * 60 * MINUTE
        transaction_id = await start(charger, begun, meter=1000 + 40 * (5 - hours))
        await stop(charger, transaction_id, begun + 45 * MINUTE, 1030 + 40 * (5 - hours))
    found = await database(lambda: list(Session.objects.order_by("id").values_list("energy_wh", "anomalies")))
    assert found == [(30, [])] * 4 + [(30, [Anomaly.TINY_ENERGY])]


async def test_a_transaction_without_begin_reading_shows_it(station2, database, now):
    started = event("Started", 0, now - 30 * MINUTE, 0)
    del started["meterValue"]
    await station2.call("TransactionEvent", started)
    await station2.call("TransactionEvent", event("Updated", 1, now - 20 * MINUTE, 5000))
    await station2.call("TransactionEvent", event("Ended", 2, now, 9000))
    session = await only(database)
    assert (session.energy_wh, session.anomalies) == (4000, [Anomaly.NO_BEGIN_READING])


# --- Clocks ---


async def test_a_clock_of_1970_is_replaced_by_ours_and_kept(charger, database, now, desk):
    never_set = now.replace(year=1970)
    transaction_id = await start(charger, never_set)
    await meter(charger, transaction_id, value(never_set + 5 * MINUTE, 2000))
    assert await start(charger, never_set, connector=2) != transaction_id
    await stop(charger, transaction_id, never_set + 30 * MINUTE, 3000)
    session = await database(lambda: Session.objects.get(pk=transaction_id))
    assert session.energy_wh == 2000
    assert session.anomalies == [Anomaly.WRONG_CLOCK]
    assert now - MINUTE <= session.started_at <= session.ended_at <= timezone.now()
    assert (session.started_at_said, session.ended_at_said) == (never_set, never_set + 30 * MINUTE)
    sample = await database(MeterSample.objects.get)
    assert (sample.at_said, sample.at >= now) == (never_set + 5 * MINUTE, True)
    shown = await desk.get(f"sessions/{transaction_id}/")
    assert shown["started_at_said"].startswith("1970-")


@pytest.mark.parametrize("clock", [timedelta(days=-20_000), timedelta(days=900)])
async def test_a_wrong_clock_makes_no_expired_card_good(charger, database, depot, now, clock):
    await database(
        lambda: factories.IdTokenFactory(
            organization=depot.organization, value="OLD", expires_at=timezone.now() - timedelta(days=1)
        )
    )
    payload = {"connectorId": 1, "idTag": "OLD", "meterStart": 0, "timestamp": render(now + clock)}
    assert (await charger.call("StartTransaction", payload))["idTagInfo"]["status"] == "Expired"


async def test_a_start_of_a_wrong_clock_sent_again_is_the_same_session(charger, now):
    never_set = now.replace(year=1970)
    assert await start(charger, never_set) == await start(charger, never_set)


async def test_a_session_that_ends_before_it_began_lasts_as_long_as_we_saw_it(charger, database, now):
    transaction_id = await start(charger, now + 60 * MINUTE)
    await stop(charger, transaction_id, now + MINUTE, 3000)
    session = await only(database)
    assert session.anomalies == [Anomaly.NEGATIVE_DURATION]
    assert session.started_at <= session.ended_at
    assert session.started_at_said == now + 60 * MINUTE


# --- Messages in a mess ---


async def test_a_message_sent_again_with_a_new_id_changes_nothing(charger, database, now):
    transaction_id = await start(charger, now - 10 * MINUTE)
    assert await start(charger, now - 10 * MINUTE) == transaction_id
    for _ in range(2):
        await meter(charger, transaction_id, value(now - 5 * MINUTE, 2000))
    for _ in range(2):
        await stop(charger, transaction_id, now, 3000)
    session = await only(database)
    assert (session.energy_wh, session.anomalies) == (2000, [])
    assert await database(MeterSample.objects.count) == 1


async def test_a_start_on_a_connector_nobody_heard_of_makes_it(server, make_station, database, now):
    await database(lambda: make_station("CP-2"))
    async with VirtualCharger(Profile(identity="CP-2", protocol="ocpp1.6"), url=server.ocpp) as charger:
        await start(charger, now, connector=2)
    session = await database(lambda: Session.objects.select_related("connector").get())
    assert session.connector.ocpp16_id == 2


async def test_readings_of_another_connector_do_not_count(charger, database, now):
    first = await start(charger, now - 10 * MINUTE, connector=1)
    second = await start(charger, now - 10 * MINUTE, connector=2, meter=50_000)
    await meter(charger, first, value(now - 5 * MINUTE, 51_000), connector=2)
    sessions = await database(lambda: {s.pk: (s.energy_wh, s.anomalies) for s in Session.objects.all()})
    assert sessions == {first: (0, [Anomaly.OTHER_CONNECTOR]), second: (1000, [])}


async def test_readings_after_the_end_are_kept_and_not_counted(charger, database, now):
    transaction_id = await start(charger, now - 30 * MINUTE)
    await stop(charger, transaction_id, now - 20 * MINUTE, 3000)
    await meter(charger, transaction_id, value(now, 9000))
    session = await only(database)
    assert (session.energy_wh, session.anomalies) == (2000, [Anomaly.READINGS_AFTER_END])
    assert await database(MeterSample.objects.count) == 1


async def test_missing_events_are_noticed_and_forgiven_once_they_come(station2, database, now):
    await station2.call("TransactionEvent", event("Started", 0, now - 30 * MINUTE, 1000))
    await station2.call("TransactionEvent", event("Ended", 2, now, 3000))
    assert (await only(database)).anomalies == [Anomaly.EVENTS_MISSING]
    await station2.call("TransactionEvent", event("Updated", 1, now - 15 * MINUTE, 2000))
    session = await only(database)
    assert (session.energy_wh, session.anomalies, session.is_flagged) == (2000, [], False)


async def test_an_id_given_again_after_a_factory_reset_is_another_session(station2, database, now):
    await station2.call("TransactionEvent", event("Started", 0, now - 60 * MINUTE, 1000))
    await station2.call("TransactionEvent", event("Updated", 1, now - 50 * MINUTE, 2000))
    await station2.call("TransactionEvent", event("Started", 0, now - 10 * MINUTE, 50))
    await station2.call("TransactionEvent", event("Ended", 1, now, 1050))
    found = await database(lambda: list(Session.objects.order_by("id").values_list("energy_wh", "anomalies")))
    assert found == [(1000, [Anomaly.NEVER_ENDED, Anomaly.ID_REUSED]), (1000, [])]


async def test_a_new_transaction_on_an_evse_ends_the_one_that_was_forgotten(station2, database, now):
    await station2.call("TransactionEvent", event("Started", 0, now - 30 * MINUTE, 1000))
    await station2.call("TransactionEvent", event("Updated", 1, now - 20 * MINUTE, 3000))
    await station2.call("TransactionEvent", event("Started", 0, now, 9000, transaction="T-2"))
    first = await database(lambda: Session.objects.get(transaction_id="T-1"))
    assert (first.energy_wh, first.ended_at, first.anomalies) == (2000, now - 20 * MINUTE, [Anomaly.NEVER_ENDED])
