"""Nudges: "something about this changed, fetch it again". They carry ids only and may be lost.

Nudges leave from one background event loop per process, never from the thread that made the change, so that neither a
lane nor a request waits for the channel layer. At most one per group and second: the first at once, the last at the end
of the second. They travel together, many groups in one message to all pages: a thousand chargers that come back at once
are a thousand groups, most of which nobody looks at.
"""

import asyncio
import threading
from collections.abc import Iterable, Sequence

import structlog
from channels.layers import get_channel_layer

log = structlog.get_logger(__name__)

INTERVAL_S = 1.0
# Between two messages to the pages, and how many groups one tells of at most.
TICK_S = 0.2
MOST_GROUPS = 2000
# The layer's group of all pages; each knows itself which nudges are for it.
PAGES = "pages"


def station_group(station_id: int) -> str:
    return f"station.{station_id}"


def session_group(session_id: int) -> str:
    return f"session.{session_id}"


def site_group(site_id: int) -> str:
    return f"site.{site_id}"


def organization_group(organization_id: int) -> str:
    """Anything in an organization's network changed: what overviews and lists listen to."""
    return f"organization.{organization_id}"


# Processes with somebody who waits for a command's outcome listen to it.
FINISHED_COMMANDS = "commands.finished"


def edge_group(process_id: str) -> str:
    """The edge process that holds a charger's socket; `process_id` is the hex form of its UUID."""
    return f"edge.{process_id}"


class Publisher:
    """Coalesces and sends nudges. One per process, made at its first nudge."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._pending: dict[str, bool] = {}
        self._due: list[str] = []
        self._telling: asyncio.Task[None] | None = None
        threading.Thread(target=self._loop.run_forever, name="live", daemon=True).start()

    def publish(self, groups: Iterable[str]) -> None:
        """Send a page nudge to each group, soon. From any thread."""
        self._loop.call_soon_threadsafe(self._coalesce, tuple(groups))

    def send(self, group: str, message: dict[str, object]) -> None:
        """Send `message` to `group` now, uncoalesced. From any thread."""
        asyncio.run_coroutine_threadsafe(self._send(group, message), self._loop)

    def _coalesce(self, groups: tuple[str, ...]) -> None:
        for group in groups:
            if group in self._pending:
                self._pending[group] = True
                continue
            self._start_window(group)

    def _start_window(self, group: str) -> None:
        self._pending[group] = False
        self._due.append(group)
        if self._telling is None:
            self._telling = self._loop.create_task(self._tell_pages())
        self._loop.call_later(INTERVAL_S, self._end_window, group)

    def _end_window(self, group: str) -> None:
        if self._pending.pop(group):
            self._start_window(group)

    async def _tell_pages(self) -> None:
        while self._due:
            groups, self._due = self._due[:MOST_GROUPS], self._due[MOST_GROUPS:]
            await self._send(PAGES, {"type": "live.nudge", "groups": groups})
            await asyncio.sleep(TICK_S)
        self._telling = None

    async def _send(self, group: str, message: dict[str, object]) -> None:
        try:
            await get_channel_layer().group_send(group, message)
        except Exception as error:
            # A nudge may be lost: pages refresh by themselves, edges poll. Redis being away must not stop charging.
            log.warning("live.nudge_lost", group=group, error=repr(error))


_lock = threading.Lock()
_publisher: Publisher | None = None


def publisher() -> Publisher:
    """This process's publisher."""
    global _publisher  # noqa: PLW0603 - one per process, and only after a fork
    with _lock:
        if _publisher is None:
            _publisher = Publisher()
        return _publisher


def nudge(*groups: str) -> None:
    """Tell pages that listen to `groups` to fetch again. Call it after the commit."""
    publisher().publish(groups)


def tell_person(user_id: int) -> None:
    """Tell a person's open pages that what they may see has changed, or that they are signed out. After the commit."""
    publisher().send(PAGES, {"type": "live.person", "user": user_id})


def tell_finished(command_ids: Sequence[int]) -> None:
    """Tell those who wait that these commands have an outcome. Call it after the commit."""
    publisher().send(FINISHED_COMMANDS, {"type": "commands.finished", "ids": list(command_ids)})


def wake_edge(process_id: str, station_id: int) -> None:
    """Tell the edge process that a command waits for one of its chargers. Call it after the commit."""
    publisher().send(edge_group(process_id), {"type": "edge.wake", "station_id": station_id})
