"""OCPP 2.0.1 block J: meter values."""

from datetime import UTC, datetime, timedelta

import pytest

from stations.models import MeterSample
from tests.conformance.transaction import EVSE, TOKEN, Transaction, energy

INTERVAL = timedelta(minutes=15)
SIGNED = {"signedMeterData": "c2lnbmVk", "signingMethod": "ECDSA", "encodingMethod": "OCMF", "publicKey": "a2V5"}


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1", evses=2) as charger:
        await charger.boot()
        yield charger


@pytest.fixture
def transaction(charger):
    return Transaction(charger)


@pytest.fixture
def samples(desk):
    """The samples of the station's only session, oldest first."""

    async def fetch():
        (session,) = await desk.list("sessions/?station=CP-1")
        return session, await desk.list(f"sessions/{session['id']}/samples/")

    return fetch


def aligned(count=3):
    """The last times on the clock's quarters of an hour."""
    now = datetime.now(UTC)
    last = now - timedelta(minutes=now.minute % 15, seconds=now.second, microseconds=now.microsecond)
    return [last - INTERVAL * (count - 1 - step) for step in range(count)]


async def tell_clock(charger, evse_id, wh, at):
    values = [energy(wh, context="Sample.Clock", at=at)]
    assert await charger.call("MeterValues", {"evseId": evse_id, "meterValue": values}) == {}


async def test_tc_j_01_clock_aligned_values_without_a_transaction(charger, database):
    """J01.FR.18: of each EVSE and of the station's own meter, which is EVSE 0."""
    for at in aligned():
        for evse_id in (0, 1, 2):
            await tell_clock(charger, evse_id, 1000 + evse_id, at)
    rows = await database(lambda: list(MeterSample.objects.values_list("evse__number", "session", "context")))
    assert len(rows) == 9
    assert {number for number, _, _ in rows} == {None, 1, 2}
    assert {(session, context) for _, session, context in rows} == {(None, "Sample.Clock")}


async def test_tc_j_02_clock_aligned_values_during_a_transaction(charger, transaction, samples, database):
    """J01.FR.18: those of the session come with its events, those of idle EVSEs beside it."""
    await transaction.charging()
    for step, at in enumerate(aligned()):
        await tell_clock(charger, 2, 500, at)
        values = [energy(1000 + 100 * step, context="Sample.Clock")]
        await transaction.update("MeterValueClock", meterValue=values)
    session, stored = await samples()
    assert [sample["context"] for sample in stored] == ["Sample.Clock"] * 3
    assert session["energy_wh"] == 200
    assert await database(MeterSample.objects.filter(session=None).count) == 3


async def end_with(transaction, values):
    """The session's end, with all that was measured in it."""
    await transaction.end("EVCommunicationLost", "EVDisconnected", state="Idle", meterValue=values)


def course(begun_at, *, context, **more):
    """Meter values of a whole session, the last one its end."""
    times = [begun_at + timedelta(seconds=step) for step in range(1, 4)]
    between = [energy(1000 + 500 * step, context=context, at=at, **more) for step, at in enumerate(times)]
    return [*between, energy(3000, context="Transaction.End", at=begun_at + timedelta(seconds=4), **more)]


async def test_tc_j_03_clock_aligned_values_with_the_end(transaction, samples):
    """J01.FR.18: all of them come at once with the end, and count."""
    await transaction.charging()
    await end_with(transaction, course(transaction.at, context="Sample.Clock"))
    session, stored = await samples()
    assert [sample["context"] for sample in stored] == ["Sample.Clock"] * 3 + ["Transaction.End"]
    assert (session["energy_wh"], session["stop_reason"]) == (2000, "EVDisconnected")


async def test_tc_j_04_clock_aligned_values_signed(transaction, samples):
    """J01.FR.21: the signature stays with its value, as it came."""
    await transaction.charging()
    await end_with(transaction, course(transaction.at, context="Sample.Clock", signedMeterValue=SIGNED))
    _, stored = await samples()
    assert [sample["values"][0]["signedMeterValue"] for sample in stored] == [SIGNED] * 4


async def test_tc_j_07_sampled_values_with_the_start_of_a_known_evse(transaction, samples):
    """J02.FR.19: the first register of the session comes with its start."""
    await transaction.start(evse=EVSE, meterValue=[energy(1000, context="Transaction.Begin")])
    _, (sample,) = await samples()
    assert (sample["context"], sample["energy_wh"]) == ("Transaction.Begin", 1000)


async def test_tc_j_08_sampled_values_of_the_begin_come_with_the_cable(transaction, samples):
    """J02.FR.19: where the EVSE was not known at the start, the register comes with the event that names it."""
    await transaction.event("Started", "Authorized", idToken=TOKEN)
    begin = [energy(1000, context="Transaction.Begin")]
    await transaction.update("CablePluggedIn", state="EVConnected", evse=EVSE, meterValue=begin)
    await transaction.update(state="Charging", meterValue=[energy(1400)])
    session, stored = await samples()
    assert [sample["context"] for sample in stored] == ["Transaction.Begin", "Sample.Periodic"]
    assert (session["energy_wh"], session["evse"]) == (400, 1)


async def test_tc_j_09_sampled_values_during_a_transaction(transaction, samples):
    """J02.FR.19: each interval's values are stored, and the session shows the latest."""
    await transaction.charging()
    for wh in (1000, 1200, 1500):
        await transaction.update("MeterValuePeriodic", meterValue=[energy(wh)])
    session, stored = await samples()
    assert [sample["energy_wh"] for sample in stored] == [1000, 1200, 1500]
    assert session["energy_wh"] == 500


async def test_tc_j_10_sampled_values_with_the_end(transaction, samples):
    """J02.FR.19: all of them come at once with the end, and count."""
    await transaction.charging()
    await end_with(transaction, course(transaction.at, context="Sample.Periodic"))
    session, stored = await samples()
    assert [sample["context"] for sample in stored] == ["Sample.Periodic"] * 3 + ["Transaction.End"]
    assert session["energy_wh"] == 2000


async def test_tc_j_11_sampled_values_signed(transaction, samples):
    """J02.FR.21: the signature stays with its value, as it came."""
    await transaction.charging()
    await end_with(transaction, course(transaction.at, context="Sample.Periodic", signedMeterValue=SIGNED))
    _, stored = await samples()
    assert [sample["values"][0]["signedMeterValue"] for sample in stored] == [SIGNED] * 4
