"""`VirtualCharger`: one charger that a test drives step by step, or a `Life` lets live by itself.

    async with VirtualCharger(Profile(identity="CP1"), url="ws://127.0.0.1:8000/ocpp") as charger:
        await charger.boot()
        await charger.plug_in(1)
        await charger.authorize("TAG")
        session = await charger.start(1, "TAG")
        await charger.meter(1, seconds=3600)
        await charger.stop(1)
        await charger.unplug(1)

Each verb returns once what it had to say is delivered, or cannot be delivered now. What the CSMS sends is obeyed by
itself; `received` and `wait_for_call` show it, `answers` overrides it.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from . import v16, v201
from .clock import Clock
from .inbox import NEVER, Inbox, ReceivedCall
from .local_list import TokenList
from .outbox import Message, Outbox
from .outlet import Cure, Outlet, Session, StopReason, Token, Trigger
from .profile import Profile
from .registration import Registration
from .settings import Settings
from .station import Misuse, Station
from .transport import CallError, CallTimeout, Link, Offline, Payload
from .vehicle import Vehicle

__all__ = ["NEVER", "CallError", "CallTimeout", "Misuse", "Offline", "ReceivedCall", "SentCall", "VirtualCharger"]

ACCEPTED = "Accepted"


@dataclass(frozen=True, slots=True)
class SentCall:
    """A CALL of the charger's own with its answer, or what came instead of one."""

    action: str
    payload: Payload
    answer: Payload | None
    error: Exception | None


class VirtualCharger:
    """A charger of `profile.protocol` at `url`, to which its identity is appended.

    `clock`: shared by a fleet; without one it follows the real time, plus what `advance` and `meter` skip.
    `tls`: see Link. `history`: how many received and sent CALLs are remembered. `answers`: see Inbox.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        url: str,
        clock: Clock | None = None,
        history: int = 1000,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.profile = profile
        self.clock = clock or Clock()
        self.settings = Settings.of(profile)
        self.cache: set[str] = set()
        self.local_list = TokenList()
        self.sent: deque[SentCall] = deque(maxlen=history)
        self.expecting: Callable[[Outlet], None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening: asyncio.Task[None] | None = None
        version = v16 if profile.protocol == "ocpp1.6" else v201
        self.wire: v16.Messages | v201.Messages = version.Messages(profile, self.settings)
        self.link = Link(
            url=url,
            identity=profile.identity,
            subprotocol=profile.protocol,
            password=lambda: self.settings.password,
            tls=tls,
            on_call=self._on_call,
            on_open=self._on_open,
            on_close=self._on_close,
            timeout_s=profile.call_timeout_s,
            impatient=profile.impatient,
        )
        self.outbox = Outbox(
            settings=self.settings,
            is_ready=lambda: self.ready,
            send=self._deliver,
            on_lost=self._on_lost,
            impatient=profile.impatient,
        )
        self.station = Station(
            profile,
            clock=self.clock,
            settings=self.settings,
            wire=self.wire,
            say=self.outbox.put,
            is_online=lambda: self.ready,
        )
        self._registration = Registration(self)
        self._inbox = Inbox(commands=version.commands_of(self), history=history)
        self.answers = self._inbox.answers
        self.received = self._inbox.received

    async def __aenter__(self) -> "VirtualCharger":
        await self.link.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def online(self) -> bool:
        """Whether there is a socket."""
        return self.link.socket is not None

    @property
    def registered(self) -> bool:
        """Whether the CSMS accepted the last BootNotification."""
        return self._registration.accepted

    @property
    def ready(self) -> bool:
        """Whether there is a socket and the CSMS accepted the boot."""
        return self.online and self.registered

    def outlet(self, evse_id: int) -> Outlet:
        """The state of one EVSE: its session, meter, vehicle, status."""
        return self.station.outlet(evse_id)

    # Connection and boot.

    def power_up(self) -> None:
        """Connect in the background and boot, trying until it works; a test connects by `async with` instead."""
        self._registration.reset("PowerUp")
        self.link.start()

    async def boot(self, *, reason: str = "PowerUp") -> str:
        """Send BootNotification; once accepted tell all statuses, else try again by the interval it got.

        The status of the (first) answer. Raises CallError, CallTimeout or Offline.
        """
        status = await self._registration.boot(reason)
        await self.outbox.settled()
        return status

    async def heartbeat(self) -> None:
        """Send Heartbeat; raises CallError, CallTimeout or Offline."""
        self._registration.set_clock(await self.call("Heartbeat", {}))

    def go_offline(self) -> None:
        """Lose the network without a close frame and stay away until `come_back`; charging goes on."""
        self.link.drop()

    async def come_back(self) -> None:
        """Connect again; returns when the changed statuses and the queue of transaction messages are delivered."""
        await self.link.connect()
        if self._opening is not None:
            await asyncio.wait([self._opening])
        await self.outbox.settled()

    async def reboot(self, *, hard: bool = False, resumes: bool = False, reason: str = "LocalReset") -> None:
        """Stop the sessions (unless it `resumes` them), drop the socket, start again, boot.

        A soft reset tells of the stopped sessions before it goes, a hard one afterwards.
        """
        if not hard and not resumes:
            self.station.stop_all(StopReason.SOFT_RESET)
            await self.outbox.settled()
            await self.link.close()
        self.link.drop()
        self._registration.reset(reason)
        if not resumes:
            self.station.stop_all(StopReason.HARD_RESET)
        await asyncio.sleep(self.profile.reboot_s)
        self.station.power_up()
        self.link.start()

    async def close(self) -> None:
        """Close the socket and stop; running sessions stay as they are."""
        self._registration.reset(None)
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.outbox.close()
        await self.link.close()

    # What drivers, cars and the hardware do.

    async def authorize(self, token: str | Token, *, evse_id: int | None = None) -> str:
        """Ask whether `token` may charge; the status. With an `evse_id` an accepted one waits for a cable there.

        Offline the cache and the setting for unknown ids decide.
        """
        status = await self._authorization(Token.of(token))
        if evse_id is not None and status == ACCEPTED:
            self.station.expect(evse_id, Token.of(token))
            await self.outbox.settled()
        return status

    async def plug_in(self, evse_id: int, vehicle: Vehicle | None = None) -> None:
        """A car comes; whoever identified for this outlet before starts."""
        self.station.plug_in(evse_id, vehicle)
        await self.outbox.settled()

    async def start(self, evse_id: int, token: str | Token) -> Session:
        """Begin a session for the car that is plugged in; raises Misuse without one."""
        session = self.station.start(evse_id, Token.of(token))
        await self.outbox.settled()
        return session

    async def advance(self, seconds: float) -> None:
        """Let simulated time pass, without readings."""
        self.clock.skip(seconds)
        self.station.advance(seconds)
        await self.outbox.settled()

    async def meter(self, evse_id: int, *, seconds: float) -> None:
        """Let simulated time pass and tell the meter each interval, and at the end."""
        left = seconds
        while left > 0:
            step = min(left, self.settings.meter_interval_s)
            self.clock.skip(step)
            self.station.advance(step)
            self.station.sample(evse_id)
            await self.outbox.settled()
            left -= step

    async def suspend(self, evse_id: int, *, by_ev: bool = True) -> None:
        """The car, or else the station, pauses."""
        self.station.suspend(evse_id, by_ev=by_ev)
        await self.outbox.settled()

    async def resume(self, evse_id: int) -> None:
        """Charging goes on."""
        self.station.resume(evse_id)
        await self.outbox.settled()

    async def stop(self, evse_id: int, *, reason: StopReason = StopReason.LOCAL) -> Session:
        """End the session; the cable stays in."""
        session = self.station.stop(evse_id, reason)
        await self.outbox.settled()
        return session

    async def unplug(self, evse_id: int) -> None:
        """The car goes; a session that still runs ends with it."""
        self.station.unplug(evse_id)
        await self.outbox.settled()

    async def fault(self, evse_id: int, code: str = "InternalError", *, cure: Cure | None = None) -> None:
        """The outlet (0: the station) breaks with an OCPP 1.6 errorCode; its session ends. `cure`: what mends it."""
        self.station.fault(evse_id, code, cure=cure)
        await self.outbox.settled()

    async def clear_fault(self, evse_id: int) -> None:
        """The outlet (0: the station) works again."""
        self.station.clear_fault(evse_id)
        await self.outbox.settled()

    async def remote_start(self, outlet: Outlet, token: Token, remote_start_id: int | None = None) -> None:
        """What follows an accepted remote start: the token is checked, then the cable is waited for."""
        if self.settings.authorize_remote and await self._authorization(token) != ACCEPTED:
            return
        if not outlet.is_free or not outlet.is_open_to(token):
            return
        if outlet.vehicle is not None:
            self.station.start(outlet.id, token, trigger=Trigger.REMOTE_START, remote_start_id=remote_start_id)
            return
        self.station.expect(outlet.id, token, remote_start_id=remote_start_id)
        if self.expecting is not None:
            self.expecting(outlet)

    # Messages.

    async def call(self, action: str, payload: Payload) -> Payload:
        """Send any CALL; the payload of its answer. Raises CallError, CallTimeout or Offline."""
        answer: Payload | None = None
        problem: Exception | None = None
        try:
            answer = await self.link.call(action, payload)
            return answer
        except (CallError, CallTimeout, Offline) as error:
            problem = error
            raise
        finally:
            self.sent.append(SentCall(action, payload, answer, problem))

    async def send_raw(self, text: str) -> None:
        """Send any text as it is; raises Offline."""
        await self.link.send_text(text)

    async def data_transfer(self, vendor_id: str, *, message_id: str | None = None, data: str | None = None) -> Payload:
        """Send DataTransfer; its answer."""
        members = {"vendorId": vendor_id, "messageId": message_id, "data": data}
        return await self.call("DataTransfer", {key: value for key, value in members.items() if value is not None})

    async def wait_for_call(self, action: str, *, timeout_s: float = 60.0) -> ReceivedCall:
        """The oldest CALL of that action which this method has not returned yet; raises TimeoutError."""
        return await self._inbox.wait_for(action, timeout_s)

    async def wait_until(self, condition: Callable[[], bool], *, timeout_s: float | None = None) -> None:
        """Wait for something about this charger that a message changes, such as `lambda: charger.registered`."""
        async with asyncio.timeout(timeout_s):
            await self._inbox.wait_until(condition)

    async def _authorization(self, token: Token) -> str:
        try:
            status = self.wire.authorization(await self.call("Authorize", self.wire.authorize(token)))
        except Offline:
            known = token.value in self.cache or self.local_list.accepts(token.value)
            return ACCEPTED if known or self.settings.offline_unknown_ids else "Invalid"
        if status == ACCEPTED:
            self.cache.add(token.value)
        else:
            self.cache.discard(token.value)
        return status

    async def _deliver(self, message: Message) -> None:
        answer = await self.call(message.action, self.wire.finished(message))
        try:
            self.wire.learn(message, answer)
        except (KeyError, TypeError) as error:
            raise CallError("FormatViolation", f"The answer to {message.action} makes no sense") from error
        if message.session is not None and self.wire.authorization(answer) not in ("", ACCEPTED):
            self.station.deauthorize(message.session)
        self._inbox.note()

    async def _on_call(self, unique_id: str, action: str, payload: Any) -> None:
        try:
            reply = self._inbox.reply(ReceivedCall(unique_id, action, payload, self.clock.now()))
        except CallError as error:
            await self._send_quietly([4, unique_id, error.code, error.description, error.details])
            return
        if reply is not None:
            await self._send_quietly([3, unique_id, reply.payload])
            if reply.then is not None:
                self._spawn(self._carry_out(reply.then))

    async def _carry_out(self, then: Callable[[], Awaitable[object]]) -> None:
        try:
            await then()
        except (CallError, CallTimeout, Offline, Misuse):
            return  # the world changed between the answer and the deed
        finally:
            self._inbox.note()

    async def _send_quietly(self, frame: list[Any]) -> None:
        try:
            await self.link.send(frame)
        except Offline:
            return

    def _on_open(self) -> None:
        if self._registration.reason is not None:
            self._opening = self._spawn(self._registration.boot_now())
        elif self.registered:
            self._opening = self._spawn(self._resume())
        self._inbox.note()

    def _on_close(self) -> None:
        self.outbox.drop_volatile()
        self._inbox.note()

    def _on_lost(self, message: Message) -> None:
        """Nobody took it: the CSMS does not know that status, and is told when there is an occasion."""
        if message.outlet_id is not None:
            self.station.outlets[message.outlet_id].announced = None

    async def _resume(self) -> None:
        self.station.announce_all()
        self.outbox.kick()
        await self.outbox.settled()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
