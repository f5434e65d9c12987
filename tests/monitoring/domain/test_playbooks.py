"""Whatever a charger answers and whatever goes on there: nobody is disturbed, and a run ends."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.playbooks import (
    DISRUPTIVE,
    LOOK_AGAIN,
    PATIENCE,
    RAN,
    USUAL_STEPS,
    Attempt,
    Course,
    Do,
    End,
    Fault,
    Finish,
    Planned,
    Playbook,
    Result,
    Seen,
    Skip,
    Step,
    Wait,
    Why,
    deadline,
    decide,
    in_order,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FAULT = Fault("faulted", frozenset({"InternalError"}))
LOCKED = Fault("faulted", frozenset({"ConnectorLockFailure"}))
IDLE = Seen()
SEEN = st.builds(Seen, *[st.booleans()] * 11, disrupted=st.integers(0, 4))
RESULTS = st.sampled_from(list(Result))
STEPS = st.lists(st.sampled_from(list(Step)), unique=True, max_size=6).map(
    lambda steps: tuple(Planned(step, timedelta(minutes=3)) for step in sorted(steps, key=list(Step).index))
)
FAULTS = st.builds(
    Fault,
    st.sampled_from(["faulted", "failed_starts"]),
    st.frozensets(st.sampled_from(["GroundFailure", "ConnectorLockFailure", "InternalError"])),
    st.booleans(),
)
PLAYBOOK = Playbook()


def later(**time):
    return NOON + timedelta(**time)


def tried(*results, blocked_since=None):
    """A course in which the first steps of the usual playbook had these results, a minute ago each."""
    attempts = [Attempt(n, USUAL_STEPS[n].step, result, NOON) for n, result in enumerate(results)]
    return Course(NOON, tuple(attempts), blocked_since)


def course(step, result=Result.TAKEN, at=NOON):
    """A course whose last step is this one."""
    position = [planned.step for planned in USUAL_STEPS].index(step)
    before = [Attempt(n, USUAL_STEPS[n].step, Result.NO_CURE, at) for n in range(position)]
    return Course(NOON, (*before, Attempt(position, step, result, at)))


def test_the_first_step_is_the_first():
    assert decide(PLAYBOOK, FAULT, Course(NOON), IDLE, now=NOON) == Do(0, Step.PROBE)


def test_the_cure_by_a_step_is_waited_for_and_then_the_next_is_taken():
    probed = tried(Result.TAKEN)
    assert decide(PLAYBOOK, FAULT, probed, IDLE, now=later(seconds=10)) == Wait(later(seconds=30))
    assert decide(PLAYBOOK, FAULT, probed, IDLE, now=later(seconds=30)) == Do(1, Step.TRIGGER)


@pytest.mark.parametrize("result", [Result.REFUSED, Result.SKIPPED, Result.NO_CURE])
def test_what_was_refused_is_not_waited_for(result):
    assert decide(PLAYBOOK, FAULT, tried(result), IDLE, now=NOON) == Do(1, Step.TRIGGER)


def test_what_was_never_sent_is_tried_again():
    assert decide(PLAYBOOK, FAULT, tried(Result.WITHHELD), IDLE, now=NOON) == Do(0, Step.PROBE)


def test_a_fault_that_is_over_is_cured_by_the_step_that_ran_last():
    over = replace(IDLE, is_over=True)
    assert decide(PLAYBOOK, FAULT, course(Step.SOFT_RESET), over, now=NOON) == Finish(End.CURED, Step.SOFT_RESET)
    refused = Course(NOON, (*course(Step.TRIGGER).attempts, Attempt(2, Step.SOFT_RESET, Result.REFUSED, NOON)))
    assert decide(PLAYBOOK, FAULT, refused, over, now=NOON) == Finish(End.CURED, Step.TRIGGER)


def test_a_probe_cures_nothing():
    assert decide(PLAYBOOK, FAULT, tried(Result.TAKEN), replace(IDLE, is_over=True), now=NOON) == Finish(End.OVER)


def test_a_station_that_went_away_in_a_restart_is_not_cured():
    gone = replace(IDLE, is_over=True, is_connected=False)
    decision = decide(PLAYBOOK, FAULT, course(Step.SOFT_RESET), gone, now=later(minutes=6))
    assert not isinstance(decision, Finish)


def test_while_it_looks_over_nothing_more_is_done():
    decision = decide(PLAYBOOK, FAULT, course(Step.TRIGGER), replace(IDLE, is_clearing=True), now=later(minutes=6))
    assert decision == Wait(later(minutes=6) + LOOK_AGAIN)


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (Seen(has_session=True), Why.SESSION),
        (Seen(has_reservation=True), Why.RESERVATION),
        (Seen(in_window=True), Why.WINDOW),
        (Seen(has_command=True), Why.COMMAND),
        (Seen(is_updating=True), Why.FIRMWARE),
        (Seen(is_connected=False), Why.OFFLINE),
    ],
)
def test_a_restart_waits_for_what_goes_on_and_is_passed_over_in_the_end(seen, why):
    before = course(Step.TRIGGER, Result.NO_CURE)
    assert decide(PLAYBOOK, FAULT, before, seen, now=NOON) == Wait(NOON + LOOK_AGAIN, why)
    waited = replace(before, blocked_since=NOON)
    assert decide(PLAYBOOK, FAULT, waited, seen, now=NOON + PATIENCE) == Skip(2, Step.SOFT_RESET, why)


def test_only_a_plug_that_is_stuck_is_unlocked_and_never_with_a_cable_of_somebody():
    before = course(Step.SOFT_RESET, Result.NO_CURE)
    assert decide(PLAYBOOK, FAULT, before, IDLE, now=NOON) == Skip(3, Step.UNLOCK, Why.NO_LOCK)
    assert decide(PLAYBOOK, LOCKED, before, IDLE, now=NOON) == Do(3, Step.UNLOCK)
    plugged = decide(PLAYBOOK, LOCKED, before, Seen(is_plugged=True), now=NOON)
    assert plugged == Wait(NOON + LOOK_AGAIN, Why.PLUGGED)


def test_what_may_hurt_somebody_is_left_to_a_technician():
    dangerous = Fault("faulted", frozenset({"GroundFailure"}))
    before = course(Step.TRIGGER, Result.NO_CURE)
    assert decide(PLAYBOOK, dangerous, before, IDLE, now=NOON) == Skip(2, Step.SOFT_RESET, Why.DANGEROUS)


def test_the_daily_limit_is_kept():
    before = course(Step.TRIGGER, Result.NO_CURE)
    assert decide(PLAYBOOK, FAULT, before, Seen(disrupted=3), now=NOON) == Skip(2, Step.SOFT_RESET, Why.LIMIT)


def test_the_cure_of_what_only_use_shows_is_waited_for_for_hours():
    decision = decide(PLAYBOOK, Fault("failed_starts"), course(Step.SOFT_RESET), IDLE, now=later(hours=1))
    assert decision == Wait(later(hours=6))


def test_whoever_takes_it_over_ends_the_run():
    decision = decide(PLAYBOOK, FAULT, Course(NOON), Seen(is_taken_over=True), now=NOON)
    assert decision == Finish(End.STOPPED)


def test_the_last_step_hands_it_over():
    before = course(Step.HARD_RESET, Result.NO_CURE)
    assert decide(PLAYBOOK, FAULT, before, IDLE, now=NOON) == Do(5, Step.WORK_ORDER)
    assert decide(PLAYBOOK, FAULT, course(Step.WORK_ORDER), IDLE, now=NOON) == Finish(End.HANDED_OVER)


def test_steps_stand_in_the_order_of_how_much_they_disturb():
    assert in_order(USUAL_STEPS)
    assert not in_order([USUAL_STEPS[4], USUAL_STEPS[2]])
    assert not in_order([USUAL_STEPS[2], USUAL_STEPS[2]])


@given(fault=FAULTS, seen=SEEN, steps=STEPS, per_day=st.integers(0, 4), data=st.data())
def test_nothing_disruptive_is_done_while_anything_goes_on(fault, seen, steps, per_day, data):
    done = data.draw(st.integers(0, len(steps)))
    attempts = tuple(Attempt(n, steps[n].step, data.draw(RESULTS), NOON) for n in range(done))
    now = NOON + data.draw(st.timedeltas(timedelta(0), timedelta(days=4)))
    blocked_since = data.draw(st.none() | st.just(NOON))
    decision = decide(
        Playbook(steps=steps, per_day=per_day), fault, Course(NOON, attempts, blocked_since), seen, now=now
    )
    if isinstance(decision, Do) and decision.step in DISRUPTIVE:
        going_on = (seen.has_session, seen.has_reservation, seen.in_window, seen.has_command, seen.is_updating)
        assert not any(going_on)
        assert seen.is_connected
        assert not any((seen.is_taken_over, seen.is_dangerous))
        assert seen.disrupted < per_day
        assert not fault.is_dangerous
        assert decision.step is not Step.UNLOCK or (fault.is_lock and not seen.is_plugged)


@given(fault=FAULTS, steps=STEPS, per_day=st.integers(0, 4), data=st.data())
def test_every_run_ends_and_takes_no_step_twice(fault, steps, per_day, data):
    """Against a charger, drivers and colleagues who do what they like, forever."""
    playbook, now, attempts, blocked_since, taken = Playbook(steps=steps, per_day=per_day), NOON, [], None, []
    for _ in range(2000):
        seen = (
            replace(data.draw(SEEN), is_over=False, is_taken_over=False)
            if now < later(hours=1)
            else Seen(has_session=True, is_clearing=True)
        )
        decision = decide(playbook, fault, Course(NOON, tuple(attempts), blocked_since), seen, now=now)
        if isinstance(decision, Finish):
            break
        if isinstance(decision, Wait):
            assert decision.until > now
            blocked_since = (blocked_since or now) if decision.why else None
            now += timedelta(minutes=10)
            continue
        result = Result.SKIPPED if isinstance(decision, Skip) else data.draw(RESULTS)
        if decision.step is Step.WORK_ORDER:
            result = Result.TAKEN
        # A command that was never sent is known to be so only later.
        now += timedelta(minutes=10) if result is Result.WITHHELD else timedelta(0)
        attempts.append(Attempt(decision.position, decision.step, result, now))
        taken += [decision.step] if result in RAN else []
    assert isinstance(decision, Finish)
    assert now <= NOON + deadline(fault) + timedelta(hours=1)
    assert len(taken) == len(set(taken))
