"""The charger's state machine: what happens at its outlets, and what it has to say of it. No socket, no waiting."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from .clock import Clock
from .meter import Meter, Reading
from .outbox import Message
from .outlet import Cure, Expected, Outlet, Session, Status, StopReason, Token, Trigger
from .profile import Profile
from .reservations import end_lost
from .settings import Settings
from .smart_charging import Profiles
from .vehicle import Vehicle

# The longest step in which a car's power counts as constant, in seconds.
STEP_S = 10.0

_STOP_TRIGGERS = {
    StopReason.LOCAL: Trigger.STOP_AUTHORIZED,
    StopReason.REMOTE: Trigger.REMOTE_STOP,
    StopReason.EV_DISCONNECTED: Trigger.EV_GONE,
    StopReason.DEAUTHORIZED: Trigger.DEAUTHORIZED,
    StopReason.UNLOCK: Trigger.UNLOCK,
    StopReason.HARD_RESET: Trigger.RESET,
    StopReason.SOFT_RESET: Trigger.RESET,
}


class Misuse(Exception):
    """Something that cannot be done to hardware in this state, such as starting without a cable."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell of a session. `offline`: whether there was no connection when it happened."""

    at: datetime
    trigger: Trigger
    context: str
    reading: Reading
    status: Status
    offline: bool


class Wire(Protocol):
    """How one protocol version says it; None where that version has nothing to say."""

    def status(self, outlet: Outlet, at: datetime) -> Message:
        """The connector's status."""

    def status_word(self, outlet: Outlet) -> str:
        """The outlet's status in this version's words."""

    def station_status(self, *, operative: bool, fault: str | None, at: datetime) -> Message | None:
        """The status of the whole station."""

    def started(self, session: Session, event: Event) -> Message:
        """The session's first message."""

    def updated(self, session: Session, event: Event) -> Message | None:
        """A meter reading or another event within the session."""

    def ended(self, session: Session, event: Event) -> Message:
        """The session's last message."""

    def sampled(self, outlet: Outlet, event: Event) -> Message:
        """A meter reading that belongs to no session."""

    def reservation_ended(self, number: int, why: str) -> Message | None:
        """A reservation is over: Expired or Removed."""


class Station:
    """Outlets, their cars and sessions. Each verb changes the state and says what OCPP wants said, in order.

    `say` takes the messages; `is_online` tells whether they can leave now.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        clock: Clock,
        settings: Settings,
        wire: Wire,
        say: Callable[[Message], None],
        is_online: Callable[[], bool],
    ) -> None:
        self.profile = profile
        self.clock = clock
        self.clock_offset = timedelta(seconds=profile.clock_offset_s)
        self.settings = settings
        self.random = random.Random(f"{profile.identity}/{profile.seed}")  # noqa: S311
        self.operative = True
        self.fault_code: str | None = None
        self.cure: Cure | None = None
        self.outlets = {
            number: Outlet(
                id=number,
                meter=Meter(profile.current_type, register_wh=float(self.random.randrange(1_000_000))),
                max_power_w=profile.gives_w(number),
            )
            for number in range(1, profile.evses + 1)
        }
        self.profiles = Profiles()
        self._wire = wire
        self._say = say
        self._is_online = is_online

    def now(self) -> datetime:
        """The time on the charger's own clock, right or wrong."""
        return self.clock.now() + self.clock_offset

    def outlet(self, evse_id: int) -> Outlet:
        """The outlet with that number; raises Misuse where there is none."""
        if evse_id not in self.outlets:
            raise Misuse(f"The charger has no EVSE {evse_id}")
        return self.outlets[evse_id]

    def find_session(self, *, number: int | None = None, transaction_id: str | None = None) -> Session | None:
        """The running session with 1.6's number or 2.0.1's id."""
        for outlet in self.outlets.values():
            session = outlet.session
            if session and (session.number == number or session.transaction_id == transaction_id):
                return session
        return None

    def addressed(self, evse_id: int | None) -> list[Outlet]:
        """That outlet, or all where None is addressed."""
        return list(self.outlets.values()) if evse_id is None else [self.outlet(evse_id)]

    def free_outlet(self, evse_id: int | None, token: Token) -> Outlet | None:
        """That outlet (None: any, one with a cable in first) if a session of the token may begin there."""
        if evse_id is not None and evse_id not in self.outlets:
            return None
        free = [outlet for outlet in self.addressed(evse_id) if outlet.is_free and outlet.is_open_to(token)]
        return next((outlet for outlet in free if outlet.vehicle), free[0] if free else None)

    # What drivers and cars do.

    def plug_in(self, evse_id: int, vehicle: Vehicle | None = None) -> None:
        """A cable comes in; whoever identified for this outlet before starts."""
        outlet = self.outlet(evse_id)
        if outlet.vehicle is not None:
            raise Misuse(f"A car is already plugged in at EVSE {evse_id}")
        outlet.vehicle = vehicle or Vehicle(max_power_w=outlet.max_power_w)
        outlet.ev_suspends = False
        self.announce(outlet)
        expected = outlet.expected
        if expected is not None and outlet.is_free:
            trigger = Trigger.PLUGGED_IN
            self.start(evse_id, expected.token, trigger=trigger, remote_start_id=expected.remote_start_id)

    def expect(self, evse_id: int, token: Token, *, remote_start_id: int | None = None) -> None:
        """Somebody identified first: wait for the cable until the connection time-out."""
        outlet = self.outlet(evse_id)
        until = self.clock.now() + timedelta(seconds=self.settings.connection_timeout_s)
        outlet.expected = Expected(token, until, remote_start_id)
        self.announce(outlet)

    def start(
        self,
        evse_id: int,
        token: Token,
        *,
        trigger: Trigger = Trigger.AUTHORIZED,
        remote_start_id: int | None = None,
    ) -> Session:
        """Begin a session for a car that is plugged in."""
        outlet = self.outlet(evse_id)
        if outlet.vehicle is None or not outlet.is_free:
            raise Misuse(f"EVSE {evse_id} cannot start: it is {outlet.status}")
        if not outlet.is_open_to(token):
            raise Misuse(f"EVSE {evse_id} is reserved for somebody else")
        reserved, outlet.reserved, outlet.expected = outlet.reserved, None, None
        outlet.finishing = outlet.evse_suspends = False
        outlet.session = Session(
            evse_id=evse_id,
            token=token,
            transaction_id=str(uuid.uuid4()),
            started_at=self.now(),
            begin=outlet.reading(),
            remote_start_id=remote_start_id,
            reservation=reserved.number if reserved else None,
        )
        self._say(self._wire.started(outlet.session, self._event(outlet, trigger, "Transaction.Begin")))
        self.announce(outlet)
        return outlet.session

    def stop(self, evse_id: int, reason: StopReason = StopReason.LOCAL) -> Session:
        """End the session; the cable stays in."""
        outlet = self.outlet(evse_id)
        session = outlet.session
        if session is None:
            raise Misuse(f"No session runs on EVSE {evse_id}")
        event = self._event(outlet, _STOP_TRIGGERS.get(reason, Trigger.ABNORMAL), "Transaction.End")
        session.ended_at, session.end, session.stop_reason = event.at, event.reading, reason
        self._say(self._wire.ended(session, event))
        outlet.session = None
        outlet.finishing = True
        outlet.meter.power_w = 0.0
        if outlet.vehicle is not None:
            outlet.vehicle.rest()
        if outlet.operative_next is not None:
            outlet.operative, outlet.operative_next = outlet.operative_next, None
        self.announce(outlet)
        return session

    def unplug(self, evse_id: int) -> None:
        """The cable goes; a session that still runs ends with it."""
        outlet = self.outlet(evse_id)
        if outlet.vehicle is None:
            raise Misuse(f"No car is plugged in at EVSE {evse_id}")
        if outlet.session is not None:
            self.stop(evse_id, StopReason.EV_DISCONNECTED)
        outlet.vehicle = None
        outlet.finishing = outlet.ev_suspends = outlet.evse_suspends = False
        self.announce(outlet)

    def suspend(self, evse_id: int, *, by_ev: bool = True) -> None:
        """The car (or the station) lets no current flow for a while."""
        outlet = self.outlet(evse_id)
        if by_ev:
            outlet.ev_suspends = True
        else:
            outlet.evse_suspends = True
        self._note_state(outlet)

    def resume(self, evse_id: int) -> None:
        """Current may flow again."""
        outlet = self.outlet(evse_id)
        outlet.ev_suspends = outlet.evse_suspends = False
        self._note_state(outlet)

    # What the hardware does.

    def advance(self, seconds: float) -> None:
        """Let the physical world go on for simulated `seconds`; the clock is the caller's."""
        for outlet in self.outlets.values():
            self._charge(outlet, seconds)
            if outlet.expected is not None and outlet.expected.until <= self.clock.now():
                outlet.expected = None
                self.announce(outlet)
        end_lost(self)

    def sample(self, evse_id: int, *, trigger: Trigger = Trigger.PERIODIC, context: str = "Sample.Periodic") -> None:
        """Tell what the meter shows, within the session or, where none runs, for itself."""
        outlet = self.outlet(evse_id)
        event = self._event(outlet, trigger, context)
        if outlet.session is None:
            self._say(self._wire.sampled(outlet, event))
        elif message := self._wire.updated(outlet.session, event):
            self._say(message)

    def show_meter(self, evse_id: int) -> None:
        """Tell what the meter shows when the CSMS asks, whether or not a session runs."""
        outlet = self.outlet(evse_id)
        self._say(self._wire.sampled(outlet, self._event(outlet, Trigger.REQUESTED, "Trigger")))

    def fault(self, evse_id: int, code: str, *, cure: Cure | None = None) -> None:
        """The outlet (0: the station as a whole) breaks; its session ends. `code`: an OCPP 1.6 errorCode. `cure`: what
        mends it; None: only `clear_fault`."""
        if evse_id == 0:
            self.fault_code, self.cure = code, cure
            self.announce_station()
            return
        outlet = self.outlet(evse_id)
        outlet.fault, outlet.cure = code, cure
        outlet.expected = None
        if outlet.session is not None:
            self.stop(evse_id, StopReason.FAULT)
        self.announce(outlet)
        end_lost(self)

    def clear_fault(self, evse_id: int) -> None:
        """The outlet (0: the station) works again."""
        if evse_id == 0:
            self.fault_code = self.cure = None
            self.announce_station()
            return
        outlet = self.outlet(evse_id)
        outlet.fault = outlet.cure = None
        self.announce(outlet)

    def mend(self, cure: Cure, evse_id: int | None = None) -> None:
        """Whatever this cures at the outlet (None: everywhere) works again; it is told with the next statuses."""
        cures = {cure, Cure.SOFT_RESET} if cure is Cure.HARD_RESET else {cure}
        for outlet in self.addressed(evse_id):
            if outlet.cure in cures:
                outlet.fault = outlet.cure = None
        if evse_id is None and self.cure in cures:
            self.fault_code = self.cure = None

    def set_operative(self, evse_id: int | None, operative: bool) -> bool:
        """Take one outlet (None: the station) in or out of service; False where a session must end first."""
        at_once = True
        for outlet in self.addressed(evse_id):
            if outlet.session is not None and not operative:
                outlet.operative_next = operative
                at_once = False
            else:
                outlet.operative, outlet.operative_next = operative, None
                outlet.expected = outlet.expected if operative else None
                self.announce(outlet)
        if evse_id is None:
            self.operative = operative
            self.announce_station()
        end_lost(self)
        return at_once

    def stop_all(self, reason: StopReason) -> None:
        """End every session."""
        for outlet in self.outlets.values():
            if outlet.session is not None:
                self.stop(outlet.id, reason)

    def power_up(self) -> None:
        """After a restart nobody is expected, and the CSMS is told everything anew."""
        for outlet in self.outlets.values():
            outlet.expected = None
            outlet.announced = None
            outlet.finishing = False

    def deauthorize(self, session: Session) -> None:
        """The CSMS refused the token of a session that runs already."""
        if self.settings.stop_on_invalid_id and self.outlets[session.evse_id].session is session:
            self.stop(session.evse_id, StopReason.DEAUTHORIZED)

    # What it says of itself.

    def announce(self, outlet: Outlet, *, always: bool = False) -> None:
        """Tell the outlet's status if the CSMS does not know it; offline it has to wait for `announce_all`."""
        word = self._wire.status_word(outlet)
        if self._is_online() and (always or outlet.announced != word):
            outlet.announced = word
            self._say(self._wire.status(outlet, self.now()))

    def announce_station(self) -> None:
        """Tell the status of the station as a whole, where its protocol has one."""
        message = self._wire.station_status(operative=self.operative, fault=self.fault_code, at=self.now())
        if message is not None and self._is_online():
            self._say(message)

    def tell_reservation_ended(self, number: int, why: str) -> None:
        """Tell that a place is kept no longer, where the protocol has a message for it."""
        if message := self._wire.reservation_ended(number, why):
            self._say(message)

    def announce_all(self) -> None:
        """Tell all that the CSMS does not know."""
        for outlet in self.outlets.values():
            self.announce(outlet)

    def _event(self, outlet: Outlet, trigger: Trigger, context: str) -> Event:
        return Event(
            at=self.now(),
            trigger=trigger,
            context=context,
            reading=outlet.reading(),
            status=outlet.status,
            offline=not self._is_online(),
        )

    def _charge(self, outlet: Outlet, seconds: float) -> None:
        left = seconds
        while left > 0 and outlet.session is not None and outlet.vehicle is not None:
            if outlet.status != Status.CHARGING:
                outlet.vehicle.rest()
                outlet.meter.power_w = 0.0
                return
            step = min(left, STEP_S)
            limit_w = self.profiles.limit_w(outlet, self.now())
            outlet.meter.count(outlet.vehicle.draw(step, limit_w), outlet.vehicle.power_w)
            outlet.session.charging_s += step
            left -= step
            if outlet.vehicle.is_full:
                self._note_state(outlet)

    def _note_state(self, outlet: Outlet) -> None:
        if outlet.session is None:
            return
        if outlet.status != Status.CHARGING:
            outlet.meter.power_w = 0.0
        event = self._event(outlet, Trigger.STATE_CHANGED, "Other")
        if message := self._wire.updated(outlet.session, event):
            self._say(message)
        self.announce(outlet)
