"""OCPP 2.0.1 block I: tariff and cost."""

import pytest
from django.utils import timezone

from stations.domain.times import render
from stations.models import Session


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1") as charger:
        await charger.boot()
        yield charger


@pytest.fixture
async def session(charger):
    """A session that runs on EVSE 1."""
    await charger.plug_in(1)
    return await charger.start(1, "CARD-1")


def _event(session, kind, trigger):
    return {
        "eventType": kind,
        "timestamp": render(timezone.now()),
        "triggerReason": trigger,
        "seqNo": session.take_seq_no(),
        "transactionInfo": {"transactionId": session.transaction_id},
    }


async def _price(database, amount_minor, currency="EUR"):
    await database(lambda: Session.objects.update(cost_minor=amount_minor, currency=currency))


async def test_tc_i_01_running_total_cost_during_charging(charger, desk, session):
    """I02.FR.01: CostUpdated with the total so far."""
    charger.answers["CostUpdated"] = {}
    command = await desk.command("update_cost", transaction_id=session.transaction_id, total_cost=4.2)
    assert command["state"] == "accepted"
    received = (await charger.wait_for_call("CostUpdated")).payload
    assert received == {"totalCost": 4.2, "transactionId": session.transaction_id}


async def test_tc_i_02_final_total_cost_after_charging(charger, database, session):
    """I03.FR.02: the answer to the end carries the total, once it is known; before the end it does not."""
    await _price(database, 1234)
    assert await charger.call("TransactionEvent", _event(session, "Updated", "MeterValuePeriodic")) == {}
    end = _event(session, "Ended", "StopAuthorized")
    assert await charger.call("TransactionEvent", end) == {"totalCost": 12.34}
    assert await charger.call("TransactionEvent", end) == {"totalCost": 12.34}


async def test_tc_i_02_1_a_free_session_costs_nothing(charger, database, session):
    """I03.FR.04: 0.00, and not left out."""
    await _price(database, 0)
    assert await charger.call("TransactionEvent", _event(session, "Ended", "StopAuthorized")) == {"totalCost": 0.0}


async def test_tc_i_02_2_a_cost_that_is_not_known_is_left_out(charger, session):
    """I03.FR.02: omitting it says nothing."""
    assert await charger.call("TransactionEvent", _event(session, "Ended", "StopAuthorized")) == {}
