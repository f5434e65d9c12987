"""A hard reset is often not answered at all: it holds up the next CALL at most, and never who asked for it."""

import asyncio
import json

import pytest
import websockets

from stations.models import Command
from stations.simulator.charger import NEVER


@pytest.fixture
async def charger(connect):
    async with connect("ocpp1.6") as charger:
        await charger.boot()
        charger.answers["Reset"] = NEVER
        yield charger


async def ask(charger, desk):
    """A hard reset and a trigger behind it; the commands."""
    reset = await desk.command("reset", type="hard", wait=0)
    assert reset["state"] in ("queued", "sent")
    await charger.wait_for_call("Reset")
    following = await desk.command("trigger", message="Heartbeat", wait=0)
    return reset, following


@pytest.fixture
def becomes(database):
    """Wait until a command has this state."""

    async def wait(command, state):
        def is_so():
            return Command.objects.filter(pk=command["id"], state=state).exists()

        await database.until(is_so, f"{command['kind']} is {state}")

    return wait


async def test_tc_013_a_hard_reset_without_an_answer_ends_with_the_new_socket(charger, desk, becomes):
    """The outcome is unknown, the next CALL leaves on the new socket, and the reset is never sent again."""
    reset, following = await ask(charger, desk)
    await becomes(following, "queued")
    charger.go_offline()
    await charger.come_back()
    await charger.wait_for_call("TriggerMessage")
    await becomes(reset, "unknown")
    await becomes(following, "accepted")
    assert [call.action for call in charger.received].count("Reset") == 1


async def test_tc_013_a_hard_reset_without_an_answer_ends_with_the_time_out(charger, desk, becomes, settings):
    """The next CALL leaves on the same socket once nobody waits any more."""
    settings.OCPP_CALL_TIMEOUT_SECONDS = 2
    reset, following = await ask(charger, desk)
    await becomes(reset, "timeout")
    await becomes(following, "accepted")


async def test_tc_013_a_hard_reset_answered_late_ends_with_the_answer(server, make_station, desk, database, becomes):
    """However late it comes within the time-out, the next CALL follows it at once."""
    await database(lambda: make_station("CP-1"))
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]) as socket:
        reset = await desk.command("reset", type="hard", wait=0)
        following = await desk.command("clear_cache", wait=0)
        call = json.loads(await socket.recv())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.recv(), 0.5)
        await socket.send(json.dumps([3, call[1], {"status": "Accepted"}]))
        assert json.loads(await socket.recv())[2] == "ClearCache"
        await becomes(reset, "accepted")
        await becomes(following, "sent")


async def test_tc_013_a_new_socket_beside_the_dead_one_takes_the_next_call(server, make_station, desk, database):
    """The station is back before its old socket is known to be gone: nothing waits for that one."""
    await database(lambda: make_station("CP-1"))
    address = f"{server.ocpp}/CP-1"
    async with websockets.connect(address, subprotocols=["ocpp1.6"]) as old:
        await desk.command("reset", type="hard", wait=0)
        assert json.loads(await old.recv())[2] == "Reset"
        await desk.command("clear_cache", wait=0)
        async with websockets.connect(address, subprotocols=["ocpp1.6"]) as new:
            assert json.loads(await asyncio.wait_for(new.recv(), 60))[2] == "ClearCache"
