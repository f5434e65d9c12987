"""OCPP 2.0.1 block B, use cases B11 and B12: reset."""

import pytest

from tests.conformance.transaction import EVSE, TOKEN, Transaction


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1", evses=2) as charger:
        await charger.boot()
        yield charger


async def reset(charger, desk, expected, **values):
    """Reset; the command's result, the request being `expected`."""
    command = await desk.command("reset", **values)
    assert (await charger.wait_for_call("Reset")).payload == expected
    assert command["state"] == "accepted"
    return command["result"]


def booted(charger, reason):
    return any(call.action == "BootNotification" and call.payload["reason"] == reason for call in charger.sent)


async def test_tc_b_20_reset_without_a_transaction_when_idle(charger, desk):
    """B11.FR.04: the station resets at once, comes back and is accepted again."""
    assert await reset(charger, desk, {"type": "OnIdle"}, type="soft") == {"status": "Accepted"}
    await charger.wait_until(lambda: booted(charger, "ScheduledReset") and charger.ready, timeout_s=60)
    assert (await desk.get("stations/CP-1/"))["connected"]


async def test_tc_b_21_reset_with_a_transaction_when_idle(charger, desk):
    """B12.FR.01, B12.FR.03, E07.FR.03: it is scheduled; the session ends by itself, then the station resets."""
    await charger.plug_in(1)
    await charger.start(1, "CARD-1")
    assert await reset(charger, desk, {"type": "OnIdle"}, type="soft") == {"status": "Scheduled"}
    (session,) = await desk.list("sessions/?station=CP-1")
    assert session["ended_at"] is None
    await charger.stop(1)
    (session,) = await desk.list("sessions/?station=CP-1")
    assert session["stop_reason"] == "Local"
    await charger.wait_until(lambda: booted(charger, "ScheduledReset") and charger.ready, timeout_s=60)


async def test_tc_b_22_reset_with_a_transaction_at_once(charger, desk):
    """B12: the session is cut off with the reason ImmediateReset, and the station comes back."""
    await charger.plug_in(1)
    await charger.start(1, "CARD-1")
    assert await reset(charger, desk, {"type": "Immediate"}, type="hard") == {"status": "Accepted"}
    await charger.wait_until(lambda: booted(charger, "RemoteReset") and charger.ready, timeout_s=60)
    await charger.outbox.settled()
    (session,) = await desk.list("sessions/?station=CP-1")
    assert session["stop_reason"] == "ImmediateReset"


async def test_tc_b_25_reset_of_an_evse_without_a_transaction(charger, desk):
    """B11.FR.04: one EVSE resets, the socket stays."""
    assert await reset(charger, desk, {"type": "OnIdle", "evseId": 1}, type="soft", evse=1) == {"status": "Accepted"}
    assert not booted(charger, "ScheduledReset")


async def test_tc_b_26_reset_of_an_evse_with_a_transaction_when_idle(charger, desk):
    """B12.FR.07: it is scheduled until the session has ended."""
    transaction = await Transaction(charger).charging()
    charger.answers["Reset"] = {"status": "Scheduled"}
    assert await reset(charger, desk, {"type": "OnIdle", "evseId": 1}, type="soft", evse=1) == {"status": "Scheduled"}
    await transaction.end("StopAuthorized", "Local", idToken=TOKEN)
    (session,) = await desk.list("sessions/?station=CP-1")
    assert session["stop_reason"] == "Local"


async def test_tc_b_27_reset_of_an_evse_with_a_transaction_at_once(charger, desk):
    """B12: the EVSE's session ends as ImmediateReset, the other EVSE's goes on."""
    await Transaction(charger, "TX-2").start("Authorized", idToken=TOKEN, evse={"id": 2, "connectorId": 1})
    transaction = Transaction(charger)
    await transaction.start("Authorized", idToken=TOKEN, evse=EVSE)
    charger.answers["Reset"] = {"status": "Accepted"}
    request = {"type": "Immediate", "evseId": 1}
    assert await reset(charger, desk, request, type="hard", evse=1) == {"status": "Accepted"}
    await transaction.end("ResetCommand", "ImmediateReset")
    reasons = {row["transaction_id"]: row["stop_reason"] for row in await desk.list("sessions/?station=CP-1")}
    assert reasons == {"TX-1": "ImmediateReset", "TX-2": ""}
