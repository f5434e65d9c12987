"""Costs on the displays of OCPP 1.6 stations, by the DataTransfer of the pricing paper."""

import json

import pytest

from stations.models import Session


@pytest.fixture
async def charger(connect):
    async with connect("ocpp1.6") as charger:
        charger.answers["DataTransfer"] = {"status": "Accepted"}
        await charger.boot()
        yield charger


async def _message(charger):
    payload = (await charger.wait_for_call("DataTransfer")).payload
    return payload["vendorId"], payload["messageId"], json.loads(payload["data"])


async def test_the_running_cost_is_told_with_the_meter(charger, desk):
    """RunningCost: transaction, time, meter, cost and what it grows by now."""
    await charger.plug_in(1)
    session = await charger.start(1, "CARD-1")
    command = await desk.command("update_cost", transaction_id=str(session.number), total_cost=1.5)
    assert command["state"] == "accepted"
    vendor, message, content = await _message(charger)
    assert (vendor, message) == ("org.openchargealliance.costmsg", "RunningCost")
    assert (content["transactionId"], content["cost"], content["state"]) == (session.number, 1.5, "Charging")
    assert content.keys() == {"transactionId", "cost", "timestamp", "meterValue", "state", "chargingPrice"}


async def test_the_final_cost_is_told_in_words_too(charger, desk, database):
    """FinalCost, once the session has ended."""
    await charger.plug_in(1)
    session = await charger.start(1, "CARD-1")
    await charger.stop(1)
    await database(lambda: Session.objects.update(currency="EUR"))
    await desk.command("update_cost", transaction_id=str(session.number), total_cost=7)
    _, message, content = await _message(charger)
    assert (message, content) == (
        "FinalCost",
        {"transactionId": session.number, "cost": 7, "priceText": "7.00 EUR"},
    )
