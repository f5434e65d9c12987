"""The channel layers: used from the loops of several threads, and from one loop after the other."""

import asyncio
import contextlib
import threading

import pytest

from config.channels import LocalChannelLayer, SharedChannelLayer


@pytest.fixture
def other_loop():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


async def test_a_message_from_another_thread_arrives_at_once(other_loop):
    layer = LocalChannelLayer()
    channel = await layer.new_channel()
    await layer.group_add("pages", channel)
    waiting = asyncio.create_task(layer.receive(channel))
    # The loop must be asleep, or it would look into the queue by itself.
    await asyncio.sleep(0.05)
    asyncio.run_coroutine_threadsafe(layer.group_send("pages", {"type": "nudge"}), other_loop)
    assert await asyncio.wait_for(waiting, 30) == {"type": "nudge"}


async def test_a_group_changed_from_another_thread_is_the_same_group(other_loop):
    layer = LocalChannelLayer()
    channel = await layer.new_channel()
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(layer.group_add("pages", channel), other_loop))
    await layer.group_send("pages", {"type": "nudge"})
    assert await asyncio.wait_for(layer.receive(channel), 30) == {"type": "nudge"}
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(layer.group_discard("pages", channel), other_loop))
    assert layer.groups == {}


def test_the_layer_moves_to_a_new_loop_when_the_old_one_has_ended():
    layer = LocalChannelLayer()

    async def use():
        channel = await layer.new_channel()
        await layer.group_add("pages", channel)
        await layer.group_send("pages", {"type": "nudge"})
        return await asyncio.wait_for(layer.receive(channel), 30)

    for _ in range(2):
        assert asyncio.run(use()) == {"type": "nudge"}
        assert len(layer.groups["pages"]) == 1


def test_who_gave_up_waiting_does_not_tie_the_shared_layer_to_their_loop():
    locks = SharedChannelLayer().receive_clean_locks

    async def one_holds_it_and_one_gives_up():
        await locks.acquire("pages")
        waiting = asyncio.create_task(locks.acquire("pages"))
        await asyncio.sleep(0)
        waiting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await waiting
        locks.release("pages")

    for _ in range(2):
        asyncio.run(one_holds_it_and_one_gives_up())
        assert not locks.locks
