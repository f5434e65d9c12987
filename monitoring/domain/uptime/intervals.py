"""Arithmetic of intervals: half-open, in order of time."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol, TypeVar

from monitoring.domain.uptime.states import Excluded, Interval, Reason


class Span(NamedTuple):
    """From one instant until before another."""

    start: datetime
    end: datetime


class _Spanning(Protocol):
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...


T = TypeVar("T", Interval, Span, Excluded)

# Which reason a minute is counted under that has several.
_ORDER = {reason: number for number, reason in enumerate(Reason)}


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Neighbours that say the same become one; what has no length goes."""
    found: list[Interval] = []
    for interval in intervals:
        if interval.start >= interval.end:
            continue
        last = found[-1] if found else None
        if last is not None and last.end == interval.start and last[2:] == interval[2:]:
            found[-1] = last._replace(end=interval.end)
        else:
            found.append(interval)
    return found


def clipped(intervals: Iterable[T], since: datetime, until: datetime) -> Iterator[T]:
    """What of them lies from `since` until `until`."""
    for interval in intervals:
        if interval.end <= since or interval.start >= until:
            continue
        if interval.start < since or interval.end > until:
            yield interval._replace(start=max(interval.start, since), end=min(interval.end, until))
        else:
            yield interval


def overlaid(intervals: Iterable[Interval], corrections: Iterable[Interval | Span]) -> list[Interval]:
    """The intervals with what people corrected, the later correction over the earlier; nothing is added outside of
    the intervals. A `Span` takes earlier corrections back."""
    base = list(intervals)
    found = base
    for correction in corrections:
        span = Span(correction.start, correction.end)
        said = correction[2:] if isinstance(correction, Interval) else ()
        within = [Interval(i.start, i.end, *(said or i[2:])) for i in clipped(base, *span)]
        found = sorted([*within, *_outside(found, span)])
    return merged(found)


def _outside(intervals: Iterable[Interval], span: Span) -> Iterator[Interval]:
    for interval in intervals:
        if interval.end <= span.start or interval.start >= span.end:
            yield interval
            continue
        if interval.start < span.start:
            yield interval._replace(end=span.start)
        if interval.end > span.end:
            yield interval._replace(start=span.end)


def disjoint(excluded: Iterable[Excluded]) -> list[Excluded]:
    """The same times, none twice, in order. One with several reasons goes to the first of them as `Reason` has them:
    what happens to a port comes before that it was closed anyway."""
    # Two instants of one local clock would be as far apart as it shows: no day has 23 hours by it.
    claimed = [Excluded(part.start.astimezone(UTC), part.end.astimezone(UTC), part.reason) for part in excluded]
    found: list[Excluded] = []
    for part in sorted(claimed, key=lambda part: (_ORDER[part.reason], part.start)):
        free = [part] if part.start < part.end else []
        for taken in found:
            free = [piece for whole in free for piece in _around(whole, taken)]
        found += free
    return sorted(found)


def _around(part: Excluded, taken: Excluded) -> Iterator[Excluded]:
    if taken.end <= part.start or taken.start >= part.end:
        yield part
        return
    if part.start < taken.start:
        yield part._replace(end=taken.start)
    if part.end > taken.end:
        yield part._replace(start=taken.end)


def overlap_s(parts: Sequence[T], start: datetime, end: datetime) -> int:
    """Seconds from `start` to `end` that lie in `parts`, which do not overlap each other."""
    return sum(_common_s(part, start, end) for part in parts)


def _common_s(part: _Spanning, start: datetime, end: datetime) -> int:
    first, last = max(part.start, start), min(part.end, end)
    return int((last - first).total_seconds()) if last > first else 0
