"""The course of an alert: noticed, raised once it held, cleared when it is over, resolved when that held too.

Level-triggered: each look says whether it is wrong now, and `step` says what becomes of the alert. What comes and goes
is told once: after some comebacks an alert stays raised until it has been quiet for a while.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# An alert that resolved less than this ago and is there again has come back.
MEMORY = timedelta(minutes=30)
RETURNS_TO_FLAP = 3
QUIET = timedelta(minutes=30)
# While a station is worked on, its alerts wait; looked at again so often.
MUTED_FOR = timedelta(minutes=1)
MOST_RETURNS = 30_000


class State(StrEnum):
    PENDING = "pending"
    RAISED = "raised"
    CLEARED = "cleared"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Hysteresis:
    """How long it has to hold before it is told, and to be over before that is taken back.

    After `returns_to_flap` comebacks it comes and goes, and is only taken back after `quiet`.
    """

    raise_after: timedelta
    clear_after: timedelta
    returns_to_flap: int = RETURNS_TO_FLAP
    quiet: timedelta = QUIET

    def is_flapping(self, course: "Course") -> bool:
        """Whether it came back so often that its comings and goings are no news any more."""
        return course.returns >= self.returns_to_flap


@dataclass(frozen=True, slots=True)
class Course:
    """Where an alert stands. `raised_at` is None for what never held long enough: then nobody hears of it."""

    noticed_at: datetime
    raised_at: datetime | None = None
    cleared_at: datetime | None = None
    resolved_at: datetime | None = None
    returns: int = 0
    is_muted: bool = False

    @property
    def state(self) -> State:
        if self.resolved_at is not None:
            return State.RESOLVED
        if self.raised_at is None:
            return State.PENDING
        return State.RAISED if self.cleared_at is None else State.CLEARED


def begin(*, now: datetime, last_resolved_at: datetime | None = None, last_returns: int = 0) -> Course:
    """A new alert. `last_*`: of the last raised one of its rule and subject, whose comebacks it goes on with."""
    has_come_back = last_resolved_at is not None and now - last_resolved_at < MEMORY
    return Course(noticed_at=now, returns=min(last_returns + 1, MOST_RETURNS) if has_come_back else 0)


def step(course: Course, *, is_wrong: bool, is_muted: bool, now: datetime, hysteresis: Hysteresis) -> Course:
    """What becomes of an alert at a look. A resolved one stays resolved; a muted one is not raised, but may clear."""
    if course.resolved_at is not None:
        return course
    return _wrong(course, is_muted, now, hysteresis) if is_wrong else _right(course, now, hysteresis)


def _wrong(course: Course, is_muted: bool, now: datetime, hysteresis: Hysteresis) -> Course:
    if course.cleared_at is not None:
        course = replace(course, cleared_at=None, returns=min(course.returns + 1, MOST_RETURNS))
    if course.raised_at is not None:
        return course
    has_held = now - course.noticed_at >= hysteresis.raise_after
    if has_held and not is_muted:
        return replace(course, raised_at=now, is_muted=False)
    return replace(course, is_muted=is_muted)


def _right(course: Course, now: datetime, hysteresis: Hysteresis) -> Course:
    if course.raised_at is None:
        # Nobody has heard of it.
        return replace(course, cleared_at=now, resolved_at=now, is_muted=False)
    cleared_at = course.cleared_at or now
    is_over = now - cleared_at >= quiet_for(course, hysteresis)
    return replace(course, cleared_at=cleared_at, resolved_at=now if is_over else None)


def quiet_for(course: Course, hysteresis: Hysteresis) -> timedelta:
    """How long it has to be over before it resolves."""
    is_flapping = hysteresis.is_flapping(course)
    return max(hysteresis.clear_after, hysteresis.quiet) if is_flapping else hysteresis.clear_after


def due_at(course: Course, *, now: datetime, hysteresis: Hysteresis) -> datetime | None:
    """When time alone brings it on; None where only news can."""
    if course.state is State.PENDING:
        return max(course.noticed_at + hysteresis.raise_after, now + MUTED_FOR if course.is_muted else now)
    if course.cleared_at is None or course.resolved_at is not None:
        return None
    return course.cleared_at + quiet_for(course, hysteresis)
