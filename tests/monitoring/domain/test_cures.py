from monitoring.domain.cures import Kind, Told, idle_steps, records
from monitoring.domain.playbooks import End, Result, Step

KIND = Kind("faulted", "InternalError", "Acme", "One", "1.0")


def run(*steps, end=End.CURED, minutes=5.0):
    return Told(KIND, end, minutes, steps)


def test_the_step_that_cured_gets_the_cure_and_the_others_were_tried():
    found = records(
        [
            run((Step.TRIGGER, Result.NO_CURE), (Step.SOFT_RESET, Result.CURED), minutes=4),
            run((Step.SOFT_RESET, Result.NO_CURE), (Step.HARD_RESET, Result.CURED), minutes=12),
            run((Step.SOFT_RESET, Result.REFUSED), (Step.HARD_RESET, Result.NO_CURE), end=End.HANDED_OVER, minutes=30),
        ]
    )
    (record,) = found
    assert (record.runs.tried, record.runs.cured, record.median_minutes) == (3, 2, 8)
    soft, hard = record.by_step[Step.SOFT_RESET], record.by_step[Step.HARD_RESET]
    assert [(soft.tried, soft.cured), (hard.tried, hard.cured)] == [(3, 1), (2, 1)]


def test_what_was_over_by_itself_or_stopped_teaches_nothing():
    assert records([run(end=End.OVER), run(end=End.STOPPED)]) == []


def test_what_was_passed_over_was_not_tried():
    (record,) = records([run((Step.UNLOCK, Result.SKIPPED), (Step.HARD_RESET, Result.CURED))])
    assert list(record.by_step) == [Step.HARD_RESET]


def test_a_step_that_never_cured_is_found_only_after_enough_tries():
    useless = run((Step.SOFT_RESET, Result.NO_CURE), (Step.HARD_RESET, Result.CURED))
    assert idle_steps(records([useless] * 9)) == []
    assert idle_steps(records([useless] * 10)) == [Step.SOFT_RESET]
