"""A playbook walked through the faults of the past."""

from datetime import UTC, datetime, timedelta

from monitoring.domain.playbooks import Fault, Playbook, Step, Why
from monitoring.domain.rehearsal import Past, rehearse

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNTIL = NOON + timedelta(days=3)


def after(minutes):
    return NOON + timedelta(minutes=minutes)


def rehearsed(minutes, *, sessions=(), before=(), **fault):
    past = Past(Fault("faulted", **fault), NOON, after(minutes) if minutes else None, sessions)
    return rehearse(Playbook(), past, before=before, until=UNTIL)


def steps(found):
    return [step for _at, step in found.taken]


def test_a_fault_that_ends_soon_is_spared_the_resets():
    found = rehearsed(2)
    assert (steps(found), found.is_over) == ([Step.PROBE, Step.TRIGGER], True)


def test_a_fault_that_lasts_goes_through_all_of_it():
    found = rehearsed(None)
    assert steps(found) == [Step.PROBE, Step.TRIGGER, Step.SOFT_RESET, Step.HARD_RESET, Step.WORK_ORDER]
    assert not found.is_over


def test_a_session_would_have_been_waited_for():
    found = rehearsed(None, sessions=[(after(-10), after(40))])
    assert found.waited_for == {Why.SESSION}
    assert min(at for at, step in found.taken if step is Step.SOFT_RESET) >= after(40)


def test_the_daily_limit_counts_earlier_runs():
    found = rehearsed(None, before=[after(-60)] * 3)
    assert (Step.SOFT_RESET, Why.LIMIT) in found.passed
    assert steps(found) == [Step.PROBE, Step.TRIGGER, Step.WORK_ORDER]
