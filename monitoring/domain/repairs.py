"""Mean time to repair and mean time between failures. Pure.

A failure is a time without a gap in which an EVSE could not charge through a fault of its own, however often its error
code changed meanwhile. Of a window, MTTR is the mean length, from their beginning, of the failures that ended in it;
MTBF is the time of the window in which the EVSEs were in use and not failed, divided by the failures that began in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# Told again so soon it is the same failure.
JOINED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Failure:
    """`end` None: it lasts."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Watched:
    """An EVSE in use from `since` on (None: never yet) to `until` (None: still), and its failures."""

    since: datetime | None
    until: datetime | None = None
    failures: Sequence[Failure] = ()


@dataclass(frozen=True, slots=True)
class Reliability:
    """Of some EVSEs in a window; None where there was nothing to take a mean of."""

    evses: int
    failures: int
    failed: timedelta
    mttr: timedelta | None
    mtbf: timedelta | None


def joined(failures: Iterable[Failure]) -> list[Failure]:
    """Failures of one EVSE with those that follow each other made one."""
    found: list[Failure] = []
    for failure in sorted(failures, key=lambda failure: failure.start):
        last = found[-1] if found else None
        if last is not None and (last.end is None or failure.start - last.end <= JOINED):
            open_ended = last.end is None or failure.end is None
            found[-1] = Failure(last.start, None if open_ended else max(last.end, failure.end))  # type: ignore[type-var]
        else:
            found.append(failure)
    return found


def reliability(evses: Sequence[Watched], *, since: datetime, until: datetime) -> Reliability:
    """Of these EVSEs between two instants: one that is younger than `since` counts from when it came into use."""
    failed, in_use, repairs, count = timedelta(), timedelta(), [], 0
    for evse in evses:
        if evse.since is not None:
            in_use += max(timedelta(), min(evse.until or until, until) - max(evse.since, since))
        for failure in joined(evse.failures):
            start, end = max(failure.start, since), min(failure.end or until, until)
            failed += max(timedelta(), end - start)
            if since <= failure.start < until:
                count += 1
            if failure.end is not None and since <= failure.end <= until:
                repairs.append(failure.end - failure.start)
    working = max(timedelta(), in_use - failed)
    return Reliability(
        evses=len(evses),
        failures=count,
        failed=failed,
        mttr=sum(repairs, timedelta()) / len(repairs) if repairs else None,
        mtbf=working / count if count else None,
    )
