"""Facts reach every subscriber exactly once, or wait with their last error."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from stations import journal
from stations.models import Delivery, Fact

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscribe(monkeypatch):
    """Subscribe functions to `thing.happened`, for this test only."""
    monkeypatch.setattr(journal, "_registry", {})

    def register(function):
        journal.subscribe("thing.happened", f"tests.{function.__name__}", function)

    return register


def record():
    return journal.record("thing.happened", subject_type="station", subject_id=1, data={"a": 1})


def is_settled(fact):
    return Fact.objects.get(pk=fact.pk).settled_at is not None


def test_a_fact_reaches_each_subscriber_once(subscribe):
    heard = []

    def first(fact):
        heard.append(("first", fact.data))

    def second(fact):
        heard.append(("second", fact.data))

    subscribe(first)
    subscribe(second)
    fact = record()
    assert journal.deliver() == 1
    assert journal.deliver() == 0
    assert heard == [("first", {"a": 1}), ("second", {"a": 1})]
    assert is_settled(fact)


def test_a_fact_nobody_listens_to_is_settled_from_birth(subscribe):
    assert is_settled(record())


def test_a_subscriber_that_fails_keeps_its_error_and_spares_the_others(subscribe):
    heard = []

    def broken(fact):
        Fact.objects.filter(pk=fact.pk).update(data={"half": "done"})
        raise RuntimeError("no luck")

    def well(fact):
        heard.append(fact.pk)

    subscribe(broken)
    subscribe(well)
    fact = record()
    journal.deliver()
    delivery = Delivery.objects.get(subscriber="tests.broken")
    assert heard == [fact.pk]
    assert (delivery.attempts, delivery.done_at) == (1, None)
    assert "no luck" in delivery.error
    assert not is_settled(fact)
    assert Fact.objects.get(pk=fact.pk).data == {"a": 1}


def test_a_failed_delivery_is_tried_again_when_it_is_due_and_not_before(subscribe):
    tries = []

    def flaky(fact):
        tries.append(fact.pk)
        if len(tries) == 1:
            raise RuntimeError("not yet")

    subscribe(flaky)
    fact = record()
    journal.deliver()
    journal.deliver()
    assert len(tries) == 1
    Delivery.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    journal.deliver()
    assert len(tries) == 2
    assert is_settled(fact)
    assert Delivery.objects.get().error == ""


def test_a_delivery_is_given_up_in_the_end_and_stays_to_be_seen(subscribe, monkeypatch):
    monkeypatch.setattr(journal, "MAX_ATTEMPTS", 1)

    def broken(fact):
        raise RuntimeError("never")

    subscribe(broken)
    fact = record()
    journal.deliver()
    assert is_settled(fact)
    journal.prune(older_than=timezone.now() + timedelta(days=1))
    assert Delivery.objects.get().attempts == 1


def test_a_fact_that_was_rolled_back_never_happened(subscribe):
    def listener(fact):
        raise AssertionError("heard of it")

    subscribe(listener)
    with transaction.atomic():
        record()
        transaction.set_rollback(True)
    assert journal.deliver() == 0


def test_settled_facts_are_pruned(subscribe):
    record()
    assert journal.prune(older_than=timezone.now() + timedelta(days=1)) == 1
    assert not Fact.objects.exists()
