"""The fact journal: how news travels up without imports.

`record` writes a Fact in the transaction in which the thing happened. `deliver` hands unsettled facts to the
subscribers that `config.wiring` has registered for their kind; each (fact, subscriber) pair has a Delivery row that is
committed together with the subscriber's own work, so a pair is dealt with exactly once. Subscribers are idempotent
and assume no order.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import F, Min, Q
from django.utils import timezone

from stations.models import Delivery, Fact

log = structlog.get_logger(__name__)

Subscriber = Callable[[Fact], None]

_registry: dict[str, dict[str, Subscriber]] = {}

MAX_ATTEMPTS = 12
FIRST_RETRY = timedelta(seconds=5)
LAST_RETRY = timedelta(hours=1)


def subscribe(kind: str, path: str, subscriber: Subscriber) -> None:
    """Register `subscriber`, known by its dotted `path`, for facts of `kind` from now on."""
    _registry.setdefault(kind, {})[path] = subscriber


def build(
    kind: str,
    *,
    subject_type: str,
    subject_id: int,
    data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Fact:
    """An unsaved fact. One nobody listens to is settled from birth: a later subscriber starts from its own now."""
    now = timezone.now()
    return Fact(
        kind=kind,
        subject_type=subject_type,
        subject_id=subject_id,
        data=dict(data or {}),
        at=at or now,
        settled_at=None if _registry.get(kind) else now,
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


def deliver(*, limit: int = 200) -> int:
    """Deliver up to `limit` unsettled facts that are due, oldest first; returns how many became settled.

    Never a high-water mark on the id: lanes commit out of order, and a fact may appear below one already settled.
    """
    now = timezone.now()
    due = (
        Fact.objects.filter(settled_at=None)
        .alias(retry_at=Min("deliveries__next_attempt_at", filter=Q(deliveries__done_at=None)))
        .filter(Q(retry_at=None) | Q(retry_at__lte=now))
        .order_by("id")
        .values_list("id", flat=True)[:limit]
    )
    return sum(_settle(fact_id) for fact_id in list(due))


def _settle(fact_id: int) -> bool:
    """Run the open deliveries of one fact; whether it is settled now."""
    fact = Fact.objects.filter(pk=fact_id, settled_at=None).first()
    if fact is None:
        return False
    finished = [_deliver_one(fact, path, run) for path, run in _registry.get(fact.kind, {}).items()]
    if not all(finished):
        return False
    with transaction.atomic():
        return bool(Fact.objects.filter(pk=fact.pk, settled_at=None).update(settled_at=timezone.now()))


def _deliver_one(fact: Fact, path: str, run: Subscriber) -> bool:
    """Whether this pair is over: done now or before, or given up."""
    Delivery.objects.get_or_create(fact=fact, subscriber=path)
    try:
        with transaction.atomic():
            delivery = _claim(fact, path)
            if delivery is None:
                return False
            if delivery.done_at is not None or delivery.attempts >= MAX_ATTEMPTS:
                return True
            if delivery.next_attempt_at and delivery.next_attempt_at > timezone.now():
                return False
            run(fact)
            delivery.done_at = timezone.now()
            delivery.error = ""
            delivery.save(update_fields=["done_at", "error"])
    except Exception as error:
        log.exception("journal.delivery_failed", fact=fact.pk, kind=fact.kind, subscriber=path)
        return _put_off(fact, path, error)
    return True


def _claim(fact: Fact, path: str) -> Delivery | None:
    """The pair's row, locked; None while another worker deals with it."""
    rows = Delivery.objects.filter(fact=fact, subscriber=path)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows.first()


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
    facts = Fact.objects.filter(settled_at__lt=older_than).exclude(pk__in=given_up)
    return list(facts.values_list("id", flat=True)[:chunk])
