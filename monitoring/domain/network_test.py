"""What a test of a charger's link finds, and how it compares with the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# Errors of a charger that knows no such message: it is none the worse for it.
UNKNOWN_TO_IT = ("NotImplemented", "NotSupported")
SLOW_ANSWER_MS = 5_000.0
SLOW_PING_MS = 1_500.0
CLOCK_WRONG_S = 120
# A figure is worse where it has doubled and lost more than noise.
FACTOR, NOISE_MS = 2.0, 300.0


class Problem(StrEnum):
    """Why a charger failed."""

    NO_ANSWER = "no_answer"
    LOST = "lost"
    NOTHING_CAME = "nothing_came"
    LARGE_LOST = "large_lost"
    SLOW_ANSWER = "slow_answer"
    SLOW_PING = "slow_ping"
    CLOCK_WRONG = "clock_wrong"
    NOT_ENCRYPTED = "not_encrypted"


@dataclass(frozen=True, slots=True)
class Found:
    """What a test found of one charger. None: not measured, or the charger knows nothing of it."""

    is_offline: bool = False
    was_answered: bool | None = None
    was_lost: bool = False
    came: bool | None = None
    large_came: bool | None = None
    answer_ms: float | None = None
    ping_ms: float | None = None
    clock_offset_s: int | None = None
    is_secure: bool | None = None
    must_be_secure: bool = False


def problems(found: Found) -> list[Problem]:
    """What is wrong, worst first; nothing for one that is offline, which is a matter of its own."""
    if found.is_offline:
        return []
    wrong = {
        Problem.LOST: found.was_lost,
        Problem.NO_ANSWER: found.was_answered is False and not found.was_lost,
        Problem.NOTHING_CAME: found.came is False,
        Problem.LARGE_LOST: found.large_came is False,
        Problem.SLOW_ANSWER: (found.answer_ms or 0) > SLOW_ANSWER_MS,
        Problem.SLOW_PING: (found.ping_ms or 0) > SLOW_PING_MS,
        Problem.CLOCK_WRONG: abs(found.clock_offset_s or 0) > CLOCK_WRONG_S,
        Problem.NOT_ENCRYPTED: found.must_be_secure and found.is_secure is False,
    }
    return [problem for problem, is_so in wrong.items() if is_so]


class Change(StrEnum):
    """Against the test before."""

    NEW_FAILURE = "new_failure"
    STILL_FAILING = "still_failing"
    WORSE = "worse"
    SAME = "same"
    BETTER = "better"
    FIXED = "fixed"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A charger's result as far as it is compared. `is_fine`: neither failed nor offline."""

    is_fine: bool
    times_ms: Sequence[float | None] = ()


def compare(before: Outcome | None, after: Outcome) -> Change:
    """How a charger fared against the run before."""
    if before is None:
        return Change.NEW
    if after.is_fine != before.is_fine:
        return Change.FIXED if after.is_fine else Change.NEW_FAILURE
    if not after.is_fine:
        return Change.STILL_FAILING
    pairs = [(a, b) for a, b in zip(before.times_ms, after.times_ms, strict=True) if a is not None and b is not None]
    if any(_is_worse(a, b) for a, b in pairs):
        return Change.WORSE
    return Change.BETTER if any(_is_worse(b, a) for a, b in pairs) else Change.SAME


def _is_worse(before: float, after: float) -> bool:
    return after > FACTOR * before and after - before > NOISE_MS
