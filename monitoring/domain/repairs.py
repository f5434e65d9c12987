"""Mean time to repair and mean time between failures. Pure.

A failure is a time without a gap in which an EVSE could not charge through a fault of its own, however often its error
code changed meanwhile. MTTR is the mean length of the failures that are over, MTBF the time in which the EVSEs were not
failed, divided by the number of failures. Both are of a window: of a failure that began before it only the rest counts,
and it is no failure of the window.
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


def reliability(by_evse: Sequence[Sequence[Failure]], *, since: datetime, until: datetime) -> Reliability:
    """`by_evse`: the failures of each EVSE, none for one that had none."""
    failed, repairs, count = timedelta(), [], 0
    for failures in by_evse:
        for failure in joined(failures):
            start, end = max(failure.start, since), min(failure.end or until, until)
            failed += max(timedelta(), end - start)
            if since <= failure.start < until:
                count += 1
            if failure.end is not None and since <= failure.end <= until:
                repairs.append(failure.end - failure.start)
    working = len(by_evse) * (until - since) - failed
    return Reliability(
        evses=len(by_evse),
        failures=count,
        failed=failed,
        mttr=sum(repairs, timedelta()) / len(repairs) if repairs else None,
        mtbf=working / count if count else None,
    )
