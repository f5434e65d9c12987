"""The servers that Busbar stands on, stopped and started again under load."""

import asyncio

import pytest
from channels_redis.core import RedisChannelLayer

from stations import live
from tests.flows.faults import ledger
from tests.flows.faults.load import PATIENCE_S
from tests.server import until


def test_without_redis_charging_and_commands_go_on_and_everything_comes_back_with_it(place, load, redis):
    redis.stop()
    load.await_progress()
    command = until(lambda: load.request(load.drivers[0].identity), "the portal takes a command", PATIENCE_S)
    state = f"SELECT state FROM stations_command WHERE id = {command}"  # noqa: S608
    until(lambda: place.query(state) == [("accepted",)], "the poll finds the command", PATIENCE_S)
    redis.start()
    ledger.check(load)
    assert asyncio.run(_nudge(redis))["groups"]


async def _nudge(redis):
    """What pages are told."""
    # Longer than the layer itself waits for a message.
    layer = RedisChannelLayer(hosts=[{"address": redis.url, "socket_timeout": 30}])
    channel = await layer.new_channel()
    await layer.group_add(live.PAGES, channel)
    async with asyncio.timeout(PATIENCE_S):
        return await layer.receive(channel)


@pytest.mark.parametrize("immediate", [False, True], ids=["fast", "immediate"])
def test_a_restart_of_postgresql_loses_and_doubles_nothing(place, load, postgres, immediate):
    postgres.restart(immediate=immediate)
    ledger.check(load)


def test_postgresql_away_for_longer_than_a_lane_waits_costs_chargers_their_sockets_and_no_message(load, postgres):
    postgres.stop()
    until(lambda: not any(load.sockets.values()), "the edges give up and close the sockets", PATIENCE_S)
    errors = [type(call.error).__name__ for driver in load.drivers for call in driver.charger.sent if call.error]
    # Never a CALLERROR for an outage of ours: after a few of them a charger throws the message away.
    assert "CallError" not in errors
    postgres.start()
    ledger.check(load)
