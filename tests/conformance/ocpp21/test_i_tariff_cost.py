"""OCPP 2.1 block I: tariffs on the station, and costs that it calculates."""

import pytest
from django.utils import timezone

from stations.domain.times import render
from stations.models import Session
from tests.conformance.power import ACCEPTED

TARIFF = {
    "tariffId": "DAY-1",
    "currency": "EUR",
    "energy": {"prices": [{"priceKwh": 0.45}]},
    "idleTime": {"prices": [{"priceMinute": 0.1}]},
}


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.1") as charger:
        charger.answers |= {"SetDefaultTariff": ACCEPTED, "ChangeTransactionTariff": ACCEPTED}
        await charger.boot()
        yield charger


@pytest.fixture
async def session(charger):
    """A session that runs on EVSE 1."""
    await charger.plug_in(1)
    return await charger.start(1, "CARD-1")


async def _held(desk):
    rows = await desk.list("station-tariffs/?state=held")
    return sorted((row["tariff_id"], row["kind"], row["evse"]) for row in rows)


async def test_i07_a_default_tariff_is_set(charger, desk):
    """I07: it reaches the station as it is, and is known to be there."""
    command = await desk.command("set_default_tariff", tariff=TARIFF)
    assert command["state"] == "accepted"
    received = (await charger.wait_for_call("SetDefaultTariff")).payload
    assert received == {"evseId": 0, "tariff": TARIFF}
    [row] = await desk.list("station-tariffs/")
    assert (row["tariff_id"], row["kind"], row["state"]) == ("DAY-1", "DefaultTariff", "held")
    assert row["tariff"] == TARIFF


async def test_i07_a_tariff_that_a_station_cannot_take(charger, desk):
    """I07: its status is the reason."""
    charger.answers["SetDefaultTariff"] = {"status": "ConditionNotSupported"}
    command = await desk.command("set_default_tariff", tariff=TARIFF, evse=1)
    assert command["state"] == "rejected"
    [row] = await desk.list("station-tariffs/")
    assert (row["state"], row["reason"]) == ("rejected", "ConditionNotSupported")


async def test_i07_a_newer_default_tariff_takes_the_place_of_the_one_before(charger, desk):
    """I07: one default tariff at a time on an EVSE."""
    for tariff_id in ("DAY-1", "DAY-2"):
        await desk.command("set_default_tariff", tariff=TARIFF | {"tariffId": tariff_id}, evse=1)
    assert await _held(desk) == [("DAY-2", "DefaultTariff", 1)]


async def test_i09_the_tariffs_of_a_station_are_read(charger, desk):
    """I09.FR.01: what it tells is there, what it does not tell is not."""
    await desk.command("set_default_tariff", tariff=TARIFF | {"tariffId": "OLD"}, evse=1)
    assignments = [
        {"tariffId": "DAY-1", "tariffKind": "DefaultTariff", "evseIds": [1, 2]},
        {"tariffId": "MSP-1", "tariffKind": "DriverTariff", "evseIds": [1], "idTokens": ["CARD-1"]},
    ]
    charger.answers["GetTariffs"] = {"status": "Accepted", "tariffAssignments": assignments}
    command = await desk.command("get_tariffs")
    assert command["state"] == "accepted"
    assert (await charger.wait_for_call("GetTariffs")).payload == {"evseId": 0}
    assert await _held(desk) == [
        ("DAY-1", "DefaultTariff", 1),
        ("DAY-1", "DefaultTariff", 2),
        ("MSP-1", "DriverTariff", 1),
    ]


async def test_i09_a_station_without_tariffs(charger, desk):
    """I09.FR.03: NoTariff puts our book right."""
    await desk.command("set_default_tariff", tariff=TARIFF)
    charger.answers["GetTariffs"] = {"status": "NoTariff"}
    await desk.command("get_tariffs")
    assert await _held(desk) == []


async def test_i10_tariffs_are_cleared(charger, desk):
    """I10.FR.02: each result says of one tariff that it is gone."""
    for tariff_id, evse in (("DAY-1", 1), ("DAY-2", 2)):
        await desk.command("set_default_tariff", tariff=TARIFF | {"tariffId": tariff_id}, evse=evse)
    charger.answers["ClearTariffs"] = {"clearTariffsResult": [{"tariffId": "DAY-1", "status": "Accepted"}]}
    command = await desk.command("clear_tariffs", tariff_id="DAY-1")
    assert command["state"] == "accepted"
    assert (await charger.wait_for_call("ClearTariffs")).payload == {"tariffIds": ["DAY-1"]}
    assert await _held(desk) == [("DAY-2", "DefaultTariff", 2)]


async def test_i11_the_tariff_of_a_session_is_changed(charger, desk, session):
    """I11: by transaction, and known to be in use on its EVSE."""
    tariff = TARIFF | {"tariffId": "NEW"}
    command = await desk.command("change_session_tariff", transaction_id=session.transaction_id, tariff=tariff)
    assert command["state"] == "accepted"
    received = (await charger.wait_for_call("ChangeTransactionTariff")).payload
    assert received == {"transactionId": session.transaction_id, "tariff": tariff}
    assert await _held(desk) == [("NEW", "DriverTariff", 1)]


def _event(session, kind="Updated", **members):
    return {
        "eventType": kind,
        "timestamp": render(timezone.now()),
        "triggerReason": "RunningCost" if kind == "Updated" else "StopAuthorized",
        "seqNo": session.take_seq_no(),
        "transactionInfo": {"transactionId": session.transaction_id, "tariffId": "DAY-1"},
    } | members


def _details(total):
    return {
        "totalCost": {
            "currency": "EUR",
            "typeOfCost": "NormalCost",
            "total": {"exclTax": total, "inclTax": round(total * 1.19, 4)},
        },
        "totalUsage": {"energy": 10.0, "chargingTime": 3600, "idleTime": 0},
    }


async def test_i12_cost_details_that_the_station_calculated(charger, desk, session):
    """I12: the latest of the session counts, to four decimals, with all its details."""
    assert await charger.call("TransactionEvent", _event(session, costDetails=_details(4.5))) == {}
    late = _event(session, costDetails=_details(1.0))
    await charger.call("TransactionEvent", _event(session, "Ended", costDetails=_details(10)))
    await charger.call("TransactionEvent", late)
    [row] = await desk.list("reported-costs/")
    assert (row["currency"], row["total"], row["total_without_tax"]) == ("EUR", "11.9000", "10.0000")
    assert (row["tariff_id"], row["failure"]) == ("DAY-1", "")
    assert row["details"] == _details(10)


async def test_i12_a_station_that_could_not_calculate(charger, desk, session):
    """I12: it says why."""
    details = _details(0) | {"failureToCalculate": True, "failureReason": "No tariff"}
    await charger.call("TransactionEvent", _event(session, costDetails=details))
    assert [row["failure"] for row in await desk.list("reported-costs/")] == ["No tariff"]


async def test_i02_the_running_total_goes_with_answers(charger, database, session):
    """I02.FR.01: what we know of the cost goes with the answer to an update too."""
    await database(lambda: Session.objects.update(cost_minor=250, currency="EUR"))
    assert await charger.call("TransactionEvent", _event(session)) == {"totalCost": 2.5}
