"""The fact journal: how news travels up without imports.

`record` writes a Fact in the transaction in which the thing happened. `deliver` hands unsettled facts to the
subscribers that `config.wiring` has registered for their kind; each (fact, subscriber) pair has a Delivery row that is
committed together with the subscriber's own work, so a pair is dealt with exactly once. Subscribers are idempotent
and assume no order. Those that cannot wait (whoever wakes people) have a lane of their own, and those that say so take
many facts at once: when a network comes back there are tens of thousands.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from stations.models import Delivery, Fact

log = structlog.get_logger(__name__)

Subscriber = Callable[[Fact], None]


@dataclass(frozen=True, slots=True)
class InBatches:
    """A subscriber that takes many facts at once, of all the kinds it listens to, in the order of their ids. It is
    called again with each alone where it failed with all of them."""

    run: Callable[[Sequence[Fact]], None]


_registry: dict[str, dict[str, Subscriber | InBatches]] = {}
# Paths of subscribers that cannot wait: they have a lane of their own, ahead of the others.
_urgent: set[str] = set()
_draining = {True: Lock(), False: Lock()}

# Facts dealt with together. SQLite has one writer, and chargers wait for it meanwhile.
BATCH = {"postgresql": 200, "sqlite": 50}
MAX_ATTEMPTS = 12
FIRST_RETRY = timedelta(seconds=5)
LAST_RETRY = timedelta(hours=1)


def subscribe(kind: str, path: str, subscriber: Subscriber | InBatches, *, urgent: bool = False) -> None:
    """Register `subscriber`, known by its dotted `path`, for facts of `kind` from now on. `urgent`: it cannot wait."""
    _registry.setdefault(kind, {})[path] = subscriber
    if urgent:
        _urgent.add(path)


def build(
    kind: str,
    *,
    subject_type: str,
    subject_id: int,
    data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Fact:
    """An unsaved fact. One nobody listens to is settled from birth: a later subscriber starts from its own now."""
    now, listening = timezone.now(), _registry.get(kind, {}).keys()
    return Fact(
        kind=kind,
        subject_type=subject_type,
        subject_id=subject_id,
        data=dict(data or {}),
        at=at or now,
        is_urgent=not listening.isdisjoint(_urgent),
        settled_at=None if listening - _urgent else now,
    )


def record(
    kind: str,
    *,
    subject_type: str,
    subject_id: int,
    data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Fact:
    """Write a fact. Call it inside the transaction of what happened; `at` (aware) defaults to now."""
    fact = build(kind, subject_type=subject_type, subject_id=subject_id, data=data, at=at)
    fact.save(force_insert=True)
    return fact


def drain(*, urgent: bool, most_s: float) -> int:
    """Deliver what waits in one lane, for `most_s` seconds at most; how many facts are through with it.

    One at a time in a lane, or the workers would all be busy with a backlog and nobody with anything else.
    """
    until, done = time.monotonic() + most_s, 0
    with _alone(urgent=urgent) as is_alone:
        while is_alone and (some := deliver(urgent=urgent)):
            done += some
            if time.monotonic() >= until:
                break
    return done


@contextmanager
def _alone(*, urgent: bool) -> Iterator[bool]:
    """Whether nobody else drains this lane, in this process or another."""
    if not _draining[urgent].acquire(blocking=False):
        yield False
        return
    try:
        if connection.vendor != "postgresql":
            yield True
            return
        name = f"busbar.journal.{urgent}"
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])
            is_alone = bool(cursor.fetchone()[0])
        try:
            yield is_alone
        finally:
            if is_alone:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])
    finally:
        _draining[urgent].release()


def deliver(*, urgent: bool | None = None) -> int:
    """Deliver a batch of facts that are due in a lane, oldest first; how many are through with it.

    `urgent`: those who cannot wait, or those who can; None: the former, then the latter. Never a high-water mark on the
    id: lanes of the edge commit out of order, and a fact may appear below one already settled.
    """
    if urgent is None:
        return deliver(urgent=True) + deliver(urgent=False)
    subscriptions = _subscriptions(urgent=urgent)
    put_off = Delivery.objects.filter(
        fact=OuterRef("pk"), done_at=None, next_attempt_at__gt=timezone.now(), subscriber__in=list(subscriptions)
    )
    waiting = Fact.objects.filter(is_urgent=True) if urgent else Fact.objects.filter(settled_at=None)
    facts = list(waiting.filter(~Exists(put_off)).order_by("id")[: BATCH[connection.vendor]])
    open_facts = {fact.pk for fact in facts}
    for path, (subscriber, kinds) in subscriptions.items():
        concerned = [fact for fact in facts if fact.kind in kinds]
        open_facts -= {fact.pk for fact in concerned} - _hand_to(path, subscriber, concerned)
    with transaction.atomic():
        rows = Fact.objects.filter(pk__in=open_facts)
        return rows.update(is_urgent=False) if urgent else rows.update(settled_at=timezone.now())


def _subscriptions(*, urgent: bool) -> dict[str, tuple[Subscriber | InBatches, set[str]]]:
    """Of a lane, by path: the subscriber and the kinds it listens to."""
    found: dict[str, tuple[Subscriber | InBatches, set[str]]] = {}
    for kind, paths in _registry.items():
        for path, subscriber in paths.items():
            if (path in _urgent) is urgent:
                found.setdefault(path, (subscriber, set()))[1].add(kind)
    return found


def _hand_to(path: str, subscriber: Subscriber | InBatches, facts: Sequence[Fact]) -> set[int]:
    """Run a subscriber's open deliveries of these facts; with which it is over: done now or before, or given up."""
    if not facts:
        return set()
    Delivery.objects.bulk_create([Delivery(fact=fact, subscriber=path) for fact in facts], ignore_conflicts=True)
    if isinstance(subscriber, InBatches):
        run = subscriber.run
        try:
            return _attempt(path, run, facts)
        except Exception:
            # One of them is to blame, and only that one waits for another try.
            log.warning("journal.batch_failed", subscriber=path, facts=len(facts), exc_info=True)
    else:
        run = _each(subscriber)
    return {fact.pk for fact in facts if _is_over(path, run, fact)}


def _each(subscriber: Subscriber) -> Callable[[Sequence[Fact]], None]:
    def run(facts: Sequence[Fact]) -> None:
        for fact in facts:
            subscriber(fact)

    return run


def _attempt(path: str, run: Callable[[Sequence[Fact]], None], facts: Sequence[Fact]) -> set[int]:
    """Hand over what nobody else deals with, and note that with it in one transaction; with which facts it is over."""
    now = timezone.now()
    with transaction.atomic():
        rows = list(_claim(facts, path))
        over = {row.fact_id for row in rows if row.done_at is not None or row.attempts >= MAX_ATTEMPTS}
        due = [row for row in rows if row.fact_id not in over and (row.next_attempt_at or now) <= now]
        wanted = {row.fact_id for row in due}
        if wanted:
            run([fact for fact in facts if fact.pk in wanted])
            Delivery.objects.filter(pk__in=[row.pk for row in due]).update(done_at=timezone.now(), error="")
    return over | wanted


def _is_over(path: str, run: Callable[[Sequence[Fact]], None], fact: Fact) -> bool:
    """The same with one fact; a failure is noted."""
    try:
        return bool(_attempt(path, run, [fact]))
    except Exception as error:
        log.exception("journal.delivery_failed", fact=fact.pk, kind=fact.kind, subscriber=path)
        return _put_off(fact, path, error)


def _claim(facts: Sequence[Fact], path: str) -> QuerySet[Delivery]:
    """The pairs' rows, locked; without those that another worker deals with."""
    rows = Delivery.objects.filter(fact__in=facts, subscriber=path).order_by("fact_id")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows


def _put_off(fact: Fact, path: str, error: Exception) -> bool:
    """Note the failure and when to try again; whether it was the last try."""
    with transaction.atomic():
        rows = Delivery.objects.filter(fact=fact, subscriber=path)
        rows.update(attempts=F("attempts") + 1, error=repr(error)[:2000])
        attempts = rows.values_list("attempts", flat=True)[0]
        wait = min(FIRST_RETRY * 2 ** (attempts - 1), LAST_RETRY)
        rows.update(next_attempt_at=timezone.now() + wait)
    return bool(attempts >= MAX_ATTEMPTS)


def prune(*, older_than: datetime, chunk: int = 1000) -> int:
    """Delete facts settled before `older_than`, in chunks; those with a delivery given up stay for a person to see."""
    removed = 0
    given_up = Delivery.objects.filter(done_at=None).values("fact")
    while ids := _old_facts(older_than, given_up, chunk):
        with transaction.atomic():
            Fact.objects.filter(pk__in=ids).delete()
        removed += len(ids)
    return removed


def _old_facts(older_than: datetime, given_up: Any, chunk: int) -> Sequence[int]:
    facts = Fact.objects.filter(settled_at__lt=older_than, is_urgent=False).exclude(pk__in=given_up)
    return list(facts.values_list("id", flat=True)[:chunk])
