"""What a maintenance window does to one EVSE, step by step: pure decisions, no database.

A running session is never interrupted: nothing is sent before it has ended, and should one begin in that very moment,
the protocols schedule the change for its end (1.6 section 5.2, 2.x G03.FR.05). Only what the window itself took out
comes back.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """As monitoring.models.WindowStation.State."""

    WAITING = "waiting"
    ASKED = "asked"
    OUT = "out"
    LEFT = "left"
    RESTORING = "restoring"
    BACK = "back"
    SPARED = "spared"


FINAL = frozenset({State.LEFT, State.BACK, State.SPARED})


class Told(StrEnum):
    """What became of the command that was sent last."""

    NOTHING = "nothing"  # none was sent
    OPEN = "open"  # queued or sent
    TAKEN = "taken"  # accepted, or scheduled for the end of a session
    REFUSED = "refused"
    LOST = "lost"  # never sent, or nobody knows whether it arrived


class Step(StrEnum):
    """What to do now."""

    WAIT = "wait"  # look again later
    TAKE_OUT = "take_out"
    PUT_BACK = "put_back"
    KEEP = "keep"  # it is out: nothing to do before the end
    LEAVE = "leave"  # somebody else took it out: not ours to touch
    SHARE = "share"  # another window has taken it out, and it is out for this one too
    HAND_OVER = "hand_over"  # another window still needs it out
    SPARE = "spare"  # the window ended before it was taken out
    DONE = "done"  # back in service


@dataclass(frozen=True, slots=True)
class Seen:
    """An EVSE as it is now. `is_out`: all its plugs say so; `is_back`: one said since it was taken out that it is
    available; `others_hold`: another window that is on has it out; `was_taken_since`: a person took it out since."""

    is_on: bool
    is_connected: bool
    is_busy: bool
    is_out: bool
    is_back: bool = False
    others_hold: bool = False
    was_taken_since: bool = False


def step(state: State, told: Told, seen: Seen) -> Step:
    """What to do with an EVSE in `state`."""
    return _during(state, told, seen) if seen.is_on else _after(state, told, seen)


def _during(state: State, told: Told, seen: Seen) -> Step:
    if state is State.WAITING:
        if seen.others_hold:
            return Step.SHARE
        if seen.is_busy or not seen.is_connected:
            return Step.WAIT
        return Step.LEAVE if seen.is_out else Step.TAKE_OUT
    if state is State.ASKED:
        return {Told.OPEN: Step.WAIT, Told.TAKEN: Step.KEEP}.get(told, Step.WAIT if seen.is_busy else Step.TAKE_OUT)
    # A charger that forgot it over a restart.
    if state is State.OUT and seen.is_back and seen.is_connected and not seen.is_busy:
        return Step.TAKE_OUT
    return Step.KEEP


def _after(state: State, told: Told, seen: Seen) -> Step:
    if state is State.WAITING or (state is State.ASKED and told is Told.REFUSED):
        return Step.SPARE
    if state in (State.ASKED, State.RESTORING) and told is Told.OPEN:
        return Step.WAIT
    if state is State.RESTORING and told is Told.TAKEN:
        return Step.DONE
    if seen.others_hold:
        return Step.HAND_OVER
    if seen.was_taken_since:
        return Step.LEAVE
    return Step.PUT_BACK if seen.is_connected else Step.WAIT
