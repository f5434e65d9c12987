"""Roll-ups kept up to date, and made anew with the same result.

A lane notes with each batch which sessions it changed (`note`). The sweep takes these notes and works out the quarters
of their EVSEs anew, from the samples; rows that come out the same are not touched. It may run twice, or in two workers:
who comes second reads after the first has committed. docs/decisions/014-roll-ups.md says why it is done this way.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from stations.domain.rollup import DAY, start_of
from stations.models import Evse, EvseRollup, RollupDue, Session, SiteRollup
from stations.services.rollup_rows import NEAR, recompute, stretch

# So many sessions or EVSEs in a transaction: on SQLite it is the only writer meanwhile.
CHUNK = 50
# Notes taken at once; what is left waits for the next sweep.
NOTES = 20_000

T = TypeVar("T")


def note(session_ids: Collection[int]) -> None:
    """These sessions changed: in the transaction in which they did."""
    if session_ids:
        RollupDue.objects.bulk_create([RollupDue(sessions=orjson.dumps(sorted(session_ids)).decode())])


def sweep(*, now: datetime | None = None) -> int:
    """Take in what was noted; how many rows changed. What is noted meanwhile waits for the next sweep."""
    notes = dict(RollupDue.objects.order_by("pk").values_list("pk", "sessions")[:NOTES])
    changed = refresh({session_id for ids in notes.values() for session_id in orjson.loads(ids)}, now=now)
    for pks in _chunks(list(notes), 1000):
        with transaction.atomic():
            RollupDue.objects.filter(pk__in=pks).delete()
    return changed


def refresh(session_ids: Iterable[int], *, now: datetime | None = None) -> int:
    """Work out anew the quarters of these sessions, with the days and sites they belong to; how many rows changed."""
    frozen = frozen_before(now or timezone.now())
    changed = 0
    for ids in _by_time(set(session_ids)):
        with _turn():
            found = stretch(ids)
            if found is not None:
                evse_ids, since, until = found
                changed += recompute(evse_ids, max(since, frozen), until)
    return changed


def rebuild(*, since: datetime | None = None, until: datetime | None = None, now: datetime | None = None) -> int:
    """Work out anew all days that samples still tell of, or those from that of `since` to before that of `until`.

    Returns how many rows changed: none, where the sweep has taken in everything. Older roll-ups stay as they are.
    """
    now = now or timezone.now()
    first = max(frozen_before(now), start_of(since, DAY)) if since else frozen_before(now)
    oldest = Session.objects.order_by("started_at").values_list("started_at", flat=True).first()
    first = max(first, start_of(oldest, DAY) - NEAR) if oldest else first
    last = start_of(until, DAY) if until else start_of(now + NEAR, DAY) + DAY
    changed = 0
    for ids in _chunks(list(Evse.objects.order_by("pk").values_list("pk", flat=True)), CHUNK):
        day = first
        while day < last:
            with _turn():
                changed += recompute(set(ids), day, day + DAY)
            day += DAY
    return changed


def prune(*, older_than: datetime) -> int:
    """Delete the quarters from before an instant; days stay. Returns how many."""
    removed = 0
    for model in (EvseRollup, SiteRollup):
        old = model._default_manager.filter(interval=EvseRollup.Interval.QUARTER, start__lt=older_than)
        while ids := list(old.values_list("pk", flat=True)[:1000]):
            with transaction.atomic():
                removed += model._default_manager.filter(pk__in=ids).delete()[0]
    return removed


def frozen_before(now: datetime) -> datetime:
    """What began before then stays as it is: its samples or quarters may be gone."""
    kept = timedelta(days=min(settings.SAMPLE_DAYS, settings.QUARTER_DAYS))
    # A charger's clock is believed up to a day ahead of ours: samples may tell of a day later than they came.
    return start_of(now - kept + NEAR, DAY) + DAY


@contextmanager
def _turn() -> Iterator[None]:
    """A transaction that waits until no other one works on roll-ups. (SQLite has one writer at a time anyway.)"""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('busbar.rollups'))")
        yield


def _by_time(session_ids: set[int]) -> Iterator[Sequence[int]]:
    """Chunks of sessions that began at about the same time: a chunk looks at one stretch of time."""
    begun: list[tuple[datetime, int]] = []
    for ids in _chunks(sorted(session_ids), 1000):
        begun += Session.objects.filter(pk__in=ids).values_list("started_at", "pk")
    return _chunks([pk for _, pk in sorted(begun)], CHUNK)


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
