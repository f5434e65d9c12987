"""What is known of the periodic tasks."""

import time

import pytest
from celery.signals import beat_init
from django.conf import settings
from django.core.cache import cache

from monitoring import periodic
from stations.tasks import deliver_facts

TASK = deliver_facts.name


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    yield
    cache.clear()


def test_an_installation_without_a_worker_says_so():
    assert periodic.warnings() == ["no periodic task has succeeded yet: are worker and beat running?"]


def test_a_task_that_does_not_succeed_any_more_is_named(monkeypatch):
    periodic.note(TASK, lag_s=0, duration_s=0.1, has_failed=False)
    assert periodic.warnings() == []
    periodic.note(TASK, lag_s=0, duration_s=0.1, has_failed=True)
    later = time.time() + 600
    monkeypatch.setattr(periodic.time, "time", lambda: later)
    assert [warning.split(" for ")[0] for warning in periodic.warnings()] == [f"{TASK} has not succeeded"]


def test_a_task_that_no_worker_ever_takes_is_named(monkeypatch):
    """Such as one whose queue nobody was told of."""
    beat_init.send(sender=None)
    for task in set(settings.CELERY_BEAT_SCHEDULE) - {TASK}:
        periodic.note(task, lag_s=0, duration_s=0.1, has_failed=False)
    assert periodic.warnings() == []
    later = time.time() + periodic.all_known()[TASK].interval_s * periodic.LATE_AFTER + periodic.GRACE_S + 1
    monkeypatch.setattr(periodic.time, "time", lambda: later)
    assert f"{TASK} has not succeeded" in [warning.split(" for ")[0] for warning in periodic.warnings()]


def test_the_schedule_that_begins_anew_forgets_no_task(monkeypatch):
    periodic.note(TASK, lag_s=0, duration_s=0.1, has_failed=False)
    known = periodic.all_known()[TASK]
    beat_init.send(sender=None)
    assert periodic.all_known()[TASK] == known


def test_what_is_no_periodic_task_is_not_kept():
    periodic.note("somebody.elses.task", lag_s=0, duration_s=0, has_failed=False)
    assert "somebody.elses.task" not in periodic.all_known()


@pytest.mark.django_db
def test_a_task_that_runs_is_timed():
    deliver_facts.apply()
    known = periodic.all_known()[TASK]
    assert known.succeeded_at is not None
    assert known.duration_s > 0
