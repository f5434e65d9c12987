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
    monkeypatch.setattr(journal, "_urgent", set())

    def register(function, **how):
        called = function.run if isinstance(function, journal.InBatches) else function
        journal.subscribe("thing.happened", f"tests.{called.__name__}", function, **how)

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


def test_a_subscriber_may_take_many_facts_at_once_in_their_order(subscribe):
    heard = []

    @journal.InBatches
    def many(facts):
        heard.append([fact.pk for fact in facts])

    subscribe(many)
    facts = [record() for _ in range(3)]
    assert journal.deliver() == 3
    assert heard == [[fact.pk for fact in facts]]
    assert all(is_settled(fact) for fact in facts)


def test_of_a_batch_that_fails_only_the_culprit_waits_for_another_try(subscribe):
    heard = []

    @journal.InBatches
    def many(facts):
        for fact in facts:
            Fact.objects.filter(pk=fact.pk).update(data={"half": "done"})
            if fact.pk == culprit.pk:
                raise RuntimeError("no luck")
            heard.append(fact.pk)

    subscribe(many)
    before, culprit, after = record(), record(), record()
    journal.deliver()
    # The first heard of it twice: what came of the first time was undone.
    assert heard == [before.pk, before.pk, after.pk]
    assert [is_settled(fact) for fact in (before, culprit, after)] == [True, False, True]
    assert Fact.objects.get(pk=culprit.pk).data == {"a": 1}
    assert Delivery.objects.get(done_at=None).fact_id == culprit.pk


def test_who_cannot_wait_hears_before_the_others_have(subscribe):
    heard = []

    def patient(fact):
        heard.append("patient")

    def urgent(fact):
        heard.append("urgent")

    subscribe(patient)
    subscribe(urgent, urgent=True)
    fact = record()
    assert journal.deliver(urgent=True) == 1
    assert (heard, is_settled(fact)) == (["urgent"], False)
    assert journal.deliver(urgent=True) == 0
    assert journal.deliver(urgent=False) == 1
    assert (heard, is_settled(fact)) == (["urgent", "patient"], True)


def test_a_failure_in_one_lane_does_not_keep_the_other_waiting(subscribe):
    heard = []

    def patient(fact):
        heard.append(fact.pk)

    def urgent(fact):
        raise RuntimeError("no luck")

    subscribe(urgent, urgent=True)
    subscribe(patient)
    fact = record()
    journal.deliver()
    assert heard == [fact.pk]
    assert Fact.objects.get(pk=fact.pk).is_urgent
    assert journal.prune(older_than=timezone.now() + timedelta(days=1)) == 0


def test_a_lane_is_drained_by_one_at_a_time(subscribe):
    drained_meanwhile = []

    def patient(fact):
        drained_meanwhile.append(journal.drain(urgent=False, most_s=1))

    subscribe(patient)
    record()
    record()
    assert journal.drain(urgent=False, most_s=60) == 2
    assert drained_meanwhile == [0, 0]
