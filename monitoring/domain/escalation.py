"""Who is told next while nobody acknowledges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """`waits`: how long after the step before each step comes; the first counts from when it began.

    `repeats`: how often all of it is gone through again, each time `pause` after the last step.
    """

    waits: Sequence[timedelta]
    repeats: int = 0
    pause: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Turn:
    """A step of a round; both are counted from 0."""

    round: int
    step: int


def turn(policy: Policy, position: int) -> Turn | None:
    """What stands at this position, counted from 0 over all rounds; None: all have been told."""
    steps = len(policy.waits)
    if not steps or position < 0 or position >= steps * (policy.repeats + 1):
        return None
    return Turn(*divmod(position, steps))


def wait_before(policy: Policy, position: int) -> timedelta | None:
    """How long after the position before this one comes; None: there is none."""
    found = turn(policy, position)
    if found is None:
        return None
    return policy.pause if found.step == 0 and found.round > 0 else policy.waits[found.step]
