"""Self-repair: which step a playbook takes next, and which it must not take. Pure decisions, no database.

A playbook tries steps in their order, the harmless ones first, and waits after each whether the fault is over. What
disturbs anybody is never done while anything goes on at the station, never more often in a day than allowed, and never
where the fault may hurt somebody. Whatever chargers answer or do not answer, a run ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitoring.domain.faults import DANGEROUS


class Step(StrEnum):
    """In the order of how much they disturb; playbooks keep it."""

    PROBE = "probe"  # does the station answer at all
    TRIGGER = "trigger"  # have it tell its status anew
    SOFT_RESET = "soft_reset"
    UNLOCK = "unlock"
    HARD_RESET = "hard_reset"
    WORK_ORDER = "work_order"


DISRUPTIVE = frozenset({Step.SOFT_RESET, Step.UNLOCK, Step.HARD_RESET})


class Mode(StrEnum):
    OFF = "off"
    DRY_RUN = "dry_run"  # write down what would be done, and send nothing
    ON = "on"


class Result(StrEnum):
    """What became of a step."""

    OPEN = "open"  # the command waits or is on its way
    TAKEN = "taken"  # done: whether it helps is waited for
    CURED = "cured"
    NO_CURE = "no_cure"
    REFUSED = "refused"  # the station would not, or does not know how
    WITHHELD = "withheld"  # never sent: it may be tried again
    SKIPPED = "skipped"  # not tried, for a reason


# The station did it, or nobody knows that it did not.
RAN = frozenset({Result.OPEN, Result.TAKEN, Result.CURED, Result.NO_CURE})


class End(StrEnum):
    """How a run ended."""

    CURED = "cured"
    OVER = "over"  # the fault ended by itself, before anything was done that could have helped
    HANDED_OVER = "handed_over"  # to a technician, by a work order
    EXHAUSTED = "exhausted"  # all steps are done, and the playbook has no work order
    STOPPED = "stopped"


class Why(StrEnum):
    """What stands against a step: for now (BLOCKING) or for good."""

    OFFLINE = "offline"
    SESSION = "session"
    RESERVATION = "reservation"
    PLUGGED = "plugged"
    WINDOW = "window"
    COMMAND = "command"
    FIRMWARE = "firmware"
    DANGEROUS = "dangerous"
    LIMIT = "limit"
    NO_LOCK = "no_lock"
    NO_EVSE = "no_evse"
    TOO_LATE = "too_late"


# So long is waited for what stands in the way; then the steps that wait for it are passed over.
PATIENCE = timedelta(hours=2)
DEADLINE = timedelta(hours=24)
DEADLINE_OF_USE = timedelta(hours=72)
# So often it is looked whether what stands in the way is gone; news come sooner.
LOOK_AGAIN = timedelta(seconds=30)
DAY = timedelta(days=1)
LONGEST_WAIT = timedelta(hours=12)
MOST_PER_DAY = 20
# Faults that only the next driver's attempt shows to be over: so long is waited after what may have mended them.
USE_TAKES = timedelta(hours=6)

# By whose alerts a playbook can be started; True: only use shows that it is over.
STARTS: dict[str, bool] = {
    "faulted": False,
    "error_code": False,
    "device_event": False,
    "no_heartbeat": False,
    "low_power": True,
    "failed_starts": True,
    "zero_energy": True,
    "ghost_port": True,
}
USUAL_RULES = ("faulted", "no_heartbeat", "failed_starts", "zero_energy", "ghost_port")
# OCPP 1.6 ChargePointErrorCode and the 2.x standardized component.
LOCK_FAULTS = frozenset({"ConnectorLockFailure", "ConnectorPlugRetentionLock"})


@dataclass(frozen=True, slots=True)
class Planned:
    """A step and how long its cure is waited for."""

    step: Step
    wait: timedelta


USUAL_STEPS = (
    Planned(Step.PROBE, timedelta(seconds=30)),
    Planned(Step.TRIGGER, timedelta(minutes=2)),
    Planned(Step.SOFT_RESET, timedelta(minutes=5)),
    Planned(Step.UNLOCK, timedelta(minutes=2)),
    Planned(Step.HARD_RESET, timedelta(minutes=10)),
    Planned(Step.WORK_ORDER, timedelta(0)),
)


@dataclass(frozen=True, slots=True)
class Playbook:
    """`per_day`: how many disruptive steps a station may take within 24 hours, over all runs."""

    mode: Mode = Mode.DRY_RUN
    rules: frozenset[str] = frozenset(USUAL_RULES)
    steps: tuple[Planned, ...] = USUAL_STEPS
    per_day: int = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """What is to be mended. `codes`: error codes told with it; `has_evse`: whether it is known at which EVSE."""

    rule: str
    codes: frozenset[str] = frozenset()
    has_evse: bool = True

    @property
    def is_dangerous(self) -> bool:
        return bool(self.codes & DANGEROUS)

    @property
    def is_lock(self) -> bool:
        return bool(self.codes & LOCK_FAULTS)

    @property
    def is_shown_by_use(self) -> bool:
        return STARTS.get(self.rule, False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A step that was tried or passed over. `at`: when its result was known, or it was begun."""

    position: int
    step: Step
    result: Result
    at: datetime


@dataclass(frozen=True, slots=True)
class Course:
    """Where a run stands. `blocked_since`: since when its next step waits for something to be over."""

    began_at: datetime
    attempts: tuple[Attempt, ...] = ()
    blocked_since: datetime | None = None

    @property
    def done(self) -> tuple[Attempt, ...]:
        """Without those that were never sent."""
        return tuple(attempt for attempt in self.attempts if attempt.result is not Result.WITHHELD)

    @property
    def last(self) -> Attempt | None:
        return self.done[-1] if self.done else None

    @property
    def helper(self) -> Attempt | None:
        """What gets the cure: the step that ran last. A probe mends nothing."""
        ran = [attempt for attempt in self.done if attempt.result in RAN and attempt.step is not Step.PROBE]
        return ran[-1] if ran else None


@dataclass(frozen=True, slots=True)
class Seen:
    """The station as it is now. `is_over`: the alert has resolved, its hysteresis included; `is_clearing`: it has just
    cleared; `disrupted`: disruptive steps at the station within the last 24 hours; `is_taken_over`: somebody takes care
    of it, or nothing is to be said of it; `is_dangerous`: something else there may hurt somebody."""

    is_over: bool = False
    is_clearing: bool = False
    is_connected: bool = True
    is_taken_over: bool = False
    has_session: bool = False
    has_reservation: bool = False
    is_plugged: bool = False
    in_window: bool = False
    has_command: bool = False
    is_updating: bool = False
    is_dangerous: bool = False
    disrupted: int = 0


@dataclass(frozen=True, slots=True)
class Do:
    position: int
    step: Step


@dataclass(frozen=True, slots=True)
class Skip:
    position: int
    step: Step
    why: Why


@dataclass(frozen=True, slots=True)
class Wait:
    """`why` None: for the cure, or for the answer."""

    until: datetime
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    end: End
    cured_by: Step | None = None


Decision = Do | Skip | Wait | Finish


def decide(playbook: Playbook, fault: Fault, course: Course, seen: Seen, *, now: datetime) -> Decision:
    """What a run does now. `playbook` has the steps the run began with."""
    if seen.is_over and (seen.is_connected or not _has_disrupted(course)):
        return _over(course)
    if seen.is_taken_over:
        return Finish(End.STOPPED)
    is_late = now >= course.began_at + deadline(fault)
    last = course.last
    if last is not None and last.step is Step.WORK_ORDER and last.result in RAN:
        return Finish(End.HANDED_OVER)
    if not is_late and (wait := _patience(playbook, fault, course, seen, now)):
        return wait
    return _next(playbook, fault, course, seen, now, is_late=is_late)


def deadline(fault: Fault) -> timedelta:
    """How long a run may last before it is left to a technician."""
    return DEADLINE_OF_USE if fault.is_shown_by_use else DEADLINE


def cure_wait(planned: Planned, fault: Fault) -> timedelta:
    """How long the cure by a step is waited for."""
    if planned.step in DISRUPTIVE and fault.is_shown_by_use:
        return max(planned.wait, USE_TAKES)
    return planned.wait


def _has_disrupted(course: Course) -> bool:
    return any(attempt.step in DISRUPTIVE and attempt.result in RAN for attempt in course.done)


def _over(course: Course) -> Finish:
    helper = course.helper
    return Finish(End.CURED, helper.step) if helper is not None else Finish(End.OVER)


def _patience(playbook: Playbook, fault: Fault, course: Course, seen: Seen, now: datetime) -> Wait | None:
    """Whether the last step still may help."""
    last = course.last
    if last is not None and last.result is Result.OPEN:
        return Wait(now + LOOK_AGAIN)
    if last is not None and last.result is Result.TAKEN:
        until = last.at + cure_wait(playbook.steps[last.position], fault)
        if now < until:
            return Wait(until)
    # It looks over, and its hysteresis says when it is; should it come back, the next step follows.
    return Wait(now + LOOK_AGAIN) if seen.is_clearing else None


def _next(
    playbook: Playbook, fault: Fault, course: Course, seen: Seen, now: datetime, *, is_late: bool
) -> Do | Skip | Wait | Finish:
    position = course.last.position + 1 if course.last is not None else 0
    if position >= len(playbook.steps):
        return Finish(End.EXHAUSTED)
    step = playbook.steps[position].step
    if step is Step.WORK_ORDER:
        return Do(position, step)
    if is_late:
        return Skip(position, step, Why.TOO_LATE)
    if (unfit := _unfit(playbook, fault, step, seen)) is not None:
        return Skip(position, step, unfit)
    if (block := blocked(step, seen)) is not None:
        has_waited = course.blocked_since is not None and now - course.blocked_since >= PATIENCE
        return Skip(position, step, block) if has_waited else Wait(now + LOOK_AGAIN, block)
    return Do(position, step)


def _unfit(playbook: Playbook, fault: Fault, step: Step, seen: Seen) -> Why | None:
    """What stands against a step for good."""
    if step is Step.UNLOCK and not fault.is_lock:
        return Why.NO_LOCK
    if step is Step.UNLOCK and not fault.has_evse:
        return Why.NO_EVSE
    if step in DISRUPTIVE and (fault.is_dangerous or seen.is_dangerous):
        return Why.DANGEROUS
    if step in DISRUPTIVE and seen.disrupted >= playbook.per_day:
        return Why.LIMIT
    return None


def blocked(step: Step, seen: Seen) -> Why | None:
    """What a step has to wait for."""
    if step is Step.WORK_ORDER:
        return None
    if not seen.is_connected:
        return Why.OFFLINE
    if step not in DISRUPTIVE:
        return None
    against = (
        (seen.has_session, Why.SESSION),
        (seen.has_reservation, Why.RESERVATION),
        (seen.in_window, Why.WINDOW),
        (seen.is_updating, Why.FIRMWARE),
        (seen.has_command, Why.COMMAND),
        # A driver's cable stays locked until the driver takes it; OCPP 1.6 section 5.18 is to help drivers only.
        (step is Step.UNLOCK and seen.is_plugged, Why.PLUGGED),
    )
    return next((why for stands, why in against if stands), None)


def in_order(steps: Sequence[Planned]) -> bool:
    """Whether steps are at most once each, and none before one that disturbs less."""
    ladder = list(Step)
    places = [ladder.index(planned.step) for planned in steps]
    return places == sorted(set(places))
