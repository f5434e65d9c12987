"""What may wait for a lane that hangs, and who is sent away for it."""

import asyncio
import json

import pytest
from django.utils import timezone

from stations.ocpp import protocols
from stations.ocpp.lanes import MAX_HELD
from stations.ocpp.session import CLOSE_TRY_AGAIN_LATER, KEPT_HEARTBEATS, MAX_INBOX, Session
from tests.stations.ocpp.test_rpc_machine import Lane, Socket


@pytest.fixture
async def charger():
    """Its conversation, over a lane that commits nothing."""
    session = Session(
        socket=Socket(),
        lane=Lane(asyncio.get_running_loop()),
        protocol=protocols.named("ocpp1.6"),
        station_id=1,
        connection_id=1,
        opened_at=timezone.now(),
    )
    yield session
    session.closed()


async def send(charger, count, action="DataTransfer", size=0):
    payload = {"vendorId": "x" * size} if size else {}
    for number in range(count):
        await charger.receive(json.dumps([2, f"m-{number}", action, payload]))


async def test_heartbeats_are_answered_however_long_and_pile_up_nowhere(charger):
    await send(charger, 10 * MAX_INBOX, "Heartbeat")
    assert len(charger._socket.sent) == 10 * MAX_INBOX
    # And the job that looks for commands.
    assert len(charger.lane.jobs) <= KEPT_HEARTBEATS + 1
    assert charger._socket.close_code is None


async def test_nobody_is_sent_away_for_what_others_send(charger):
    charger.lane.held = 2 * MAX_HELD
    await send(charger, 20, size=100)
    assert charger._socket.close_code is None


async def test_who_fills_the_lane_is_sent_away(charger):
    charger.lane.held = MAX_HELD
    await send(charger, 3, size=50_000)
    assert charger._socket.close_code == CLOSE_TRY_AGAIN_LATER


async def test_who_waits_for_its_answers_stays_however_large_they_are(charger):
    charger.lane.held = MAX_HELD
    await send(charger, 1, size=200_000)
    assert charger._socket.close_code is None


async def test_more_messages_than_any_healthy_charger_has_on_its_way_are_too_many(charger):
    await send(charger, MAX_INBOX, size=1)
    assert charger._socket.close_code is None
    await send(charger, 2, "StatusNotification")
    assert charger._socket.close_code == CLOSE_TRY_AGAIN_LATER
