"""What a playbook would have done with a fault of the past. Pure.

The fault's course is known, so is when sessions ran; how the station would have answered is not. So every step counts
as done and as of no help, until the fault ended as it did: what is told is how often each would have been reached.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitoring.domain.playbooks import (
    DAY,
    DISRUPTIVE,
    Attempt,
    Course,
    Do,
    Fault,
    Finish,
    Playbook,
    Result,
    Seen,
    Skip,
    Step,
    Wait,
    Why,
    decide,
)

Span = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Past:
    """A fault as it was. `resolved_at` None: it lasts. `sessions`, `windows`: of its station, None where they last."""

    fault: Fault
    raised_at: datetime
    resolved_at: datetime | None
    sessions: Sequence[Span] = ()
    windows: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """`taken`: what would have been sent and when; `passed`: what would have been passed over, and why; `waited_for`:
    what it would have waited for; `is_over`: the fault would have ended before the last step."""

    taken: tuple[tuple[datetime, Step], ...]
    passed: tuple[tuple[Step, Why], ...]
    waited_for: frozenset[Why]
    is_over: bool


def rehearse(playbook: Playbook, past: Past, *, before: Sequence[datetime], until: datetime) -> Rehearsed:
    """`before`: when disruptive steps would have been taken at the station in earlier runs; it ends by `until`."""
    course, now = Course(past.raised_at), past.raised_at
    taken: list[tuple[datetime, Step]] = []
    passed: list[tuple[Step, Why]] = []
    waited: set[Why] = set()
    disrupted = list(before)
    while now < until:
        decision = decide(playbook, past.fault, course, _seen(past, disrupted, now), now=now)
        if isinstance(decision, Finish):
            return Rehearsed(tuple(taken), tuple(passed), frozenset(waited), past.resolved_at is not None)
        if isinstance(decision, Wait):
            if decision.why is not None:
                waited.add(decision.why)
                course = replace(course, blocked_since=course.blocked_since or now)
            is_before_end = past.resolved_at is not None and now < past.resolved_at
            now = min(decision.until, past.resolved_at or now) if is_before_end else decision.until
            continue
        result = Result.TAKEN if isinstance(decision, Do) else Result.SKIPPED
        if isinstance(decision, Skip):
            passed.append((decision.step, decision.why))
        else:
            taken.append((now, decision.step))
            course = replace(course, blocked_since=None)
            disrupted += [now] if decision.step in DISRUPTIVE else []
        attempt = Attempt(decision.position, decision.step, result, now)
        course = replace(course, attempts=(*course.attempts, attempt))
    return Rehearsed(tuple(taken), tuple(passed), frozenset(waited), False)


def _seen(past: Past, disrupted: Sequence[datetime], now: datetime) -> Seen:
    return Seen(
        is_over=past.resolved_at is not None and past.resolved_at <= now,
        has_session=_in(past.sessions, now),
        in_window=_in(past.windows, now),
        disrupted=sum(now - DAY < at <= now for at in disrupted),
    )


def _in(spans: Sequence[Span], now: datetime) -> bool:
    return any(start <= now and (end is None or now < end) for start, end in spans)
