"""Being known to the CSMS: BootNotification, its repetition, and what is told once it is accepted."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from .transport import CallError, CallTimeout, Offline, Payload

if TYPE_CHECKING:
    from .charger import VirtualCharger

# For a CSMS that leaves the interval to the charger (0), and for one that does not answer.
OWN_INTERVAL_S = 10.0


class Registration:
    """`accepted`: the CSMS took the last BootNotification. `reason`: why one is still to be sent, None if none is."""

    def __init__(self, charger: "VirtualCharger") -> None:
        self._charger = charger
        self._retry: asyncio.Task[None] | None = None
        self.accepted = False
        self.reason: str | None = None

    def reset(self, reason: str | None) -> None:
        """The charger restarts: it has to boot with `reason` when the socket is there."""
        self.accepted = False
        self.reason = reason
        self._forget_retry()

    async def boot(self, reason: str) -> str:
        """Send BootNotification and queue all statuses once accepted; the status of the answer."""
        charger = self._charger
        self.reason = reason
        self._forget_retry()
        message = charger.wire.boot(reason)
        answer = await charger.call(message.action, message.payload)
        status, interval_s = str(answer["status"]), int(answer["interval"])
        self.set_clock(answer)
        self.accepted = status == "Accepted"
        if not self.accepted:
            self._retry = asyncio.create_task(self._boot_later(interval_s or OWN_INTERVAL_S))
            return status
        self.reason = None
        if interval_s > 0:
            charger.settings.heartbeat_s = interval_s
        charger.station.announce_station()
        for outlet in charger.station.outlets.values():
            charger.station.announce(outlet, always=True)
        charger.outbox.kick()
        return status

    async def boot_now(self) -> None:
        """Boot for the reason that waits; where it fails, again later."""
        if self.reason is None:
            return
        try:
            await self.boot(self.reason)
        except (CallError, CallTimeout, KeyError, ValueError):
            self._retry = asyncio.create_task(self._boot_later(OWN_INTERVAL_S))
        except Offline:
            return  # it boots when the socket is back

    def set_clock(self, answer: Payload) -> None:
        """Take `currentTime` from an answer, where the charger is one that does."""
        charger = self._charger
        if charger.profile.syncs_clock:
            charger.station.clock_offset = datetime.fromisoformat(answer["currentTime"]) - charger.clock.now()

    async def _boot_later(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._retry = None
        await self.boot_now()

    def _forget_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
