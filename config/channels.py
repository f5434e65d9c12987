"""The channel layers: of one process alone, and of several over Redis."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from channels.layers import InMemoryChannelLayer
from channels_redis.core import ChannelLock, RedisChannelLayer


class _CountedLock(ChannelLock):  # type: ignore[misc]
    """Forgets who gave up waiting.

    The stock one counts them for ever, and so keeps a lock that belongs to one event loop: whoever receives on the
    next loop of the process would be told that it is bound to a different one.
    """

    async def acquire(self, channel: str) -> bool:
        try:
            return bool(await super().acquire(channel))
        except BaseException:
            self.wait_counts[channel] -= 1
            if self.wait_counts[channel] < 1:
                del self.locks[channel]
            raise


class SharedChannelLayer(RedisChannelLayer):  # type: ignore[misc]
    """The layer over Redis, for all processes of an installation."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.receive_clean_locks = _CountedLock()


class LocalChannelLayer(InMemoryChannelLayer):  # type: ignore[misc]
    """An in-memory layer that may be used from the event loop of any thread.

    The stock layer puts messages into queues of another thread's loop without waking it: they arrive up to a second
    late. Here everything happens on the home loop, the one where channels are made, which is the server's.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._home: asyncio.AbstractEventLoop | None = None

    async def new_channel(self, prefix: str = "specific.") -> str:
        self._settle()
        return str(await super().new_channel(prefix))

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        await self._at_home(super().send(channel, message))

    async def receive(self, channel: str) -> dict[str, Any]:
        self._settle()
        message: dict[str, Any] = await self._at_home(super().receive(channel))
        return message

    async def group_add(self, group: str, channel: str) -> None:
        await self._at_home(super().group_add(group, channel))

    async def group_discard(self, group: str, channel: str) -> None:
        await self._at_home(super().group_discard(group, channel))

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        # Nobody watches most of what chargers do, and the way to the home loop costs more than the message.
        if group in self.groups:
            await self._at_home(super().group_send(group, message))

    def _settle(self) -> None:
        if self._home is None or not self._home.is_running():
            self._home = asyncio.get_running_loop()
            # Queues and members of a loop that has ended will never be read again.
            self.channels.clear()
            self.groups.clear()

    async def _at_home(self, work: Coroutine[Any, Any, Any]) -> Any:
        home = self._home
        if home is None or home is asyncio.get_running_loop() or not home.is_running():
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, home))
