"""The words of self-repair."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from drivers.reread import reread
from monitoring.domain.playbooks import Result, Step, Why
from monitoring.models import RepairRun, RepairStep
from monitoring.services.repair_log import STEPS, WHYS
from stations.views.wording import Text, Word

_State = RepairRun.State
STATES = {
    _State.RUNNING: Word(_State.RUNNING.label, "play", "charging"),
    _State.CURED: Word(_State.CURED.label, "check", "available"),
    _State.OVER: Word(_State.OVER.label, "check", "unknown"),
    _State.HANDED_OVER: Word(_State.HANDED_OVER.label, "user", "occupied"),
    _State.EXHAUSTED: Word(_State.EXHAUSTED.label, "x", "faulted"),
    _State.STOPPED: Word(_State.STOPPED.label, "stop", "unavailable"),
}
DRY = Word(_("Dry run"), "note", "reserved")
_RESULTS = {
    Result.OPEN: Word(RepairStep.State.OPEN.label, "send", "charging"),
    Result.TAKEN: Word(RepairStep.State.TAKEN.label, "clock", "charging"),
    Result.CURED: Word(RepairStep.State.CURED.label, "check", "available"),
    Result.NO_CURE: Word(RepairStep.State.NO_CURE.label, "x", "unavailable"),
    Result.REFUSED: Word(RepairStep.State.REFUSED.label, "x", "occupied"),
    Result.WITHHELD: Word(RepairStep.State.WITHHELD.label, "minus", "unavailable"),
    Result.SKIPPED: Word(RepairStep.State.SKIPPED.label, "minus", "unknown"),
}
_MADE = Word(_("Done"), "check", "available")
_WOULD = Word(_("Would have been done"), "note", "reserved")
MODES = {
    "off": Word(_("Off"), "minus", "unavailable"),
    "dry_run": DRY,
    "on": Word(_("On"), "play", "available"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A step as it is shown."""

    row: RepairStep
    what: str
    word: Word
    text: str
    at: datetime


def state_of(run: RepairRun) -> Word:
    return STATES[_State(run.state)]


def line(run: RepairRun, row: RepairStep) -> Line:
    result = Result(row.state)
    word = _RESULTS[result]
    if run.is_dry and result is not Result.SKIPPED:
        word = _WOULD
    elif row.step == Step.WORK_ORDER:
        word = _MADE
    text = str(WHYS[Why(row.why)]) if row.why else reread(row.answer)
    return Line(row, step_name(row.step), word, text, row.began_at)


def step_name(step: str) -> str:
    return str(STEPS[Step(step)]) if step else ""


def waits_for(run: RepairRun) -> Text:
    """What stands in the way of the next step; empty where nothing does."""
    return str(WHYS[Why(run.waits_for)]) if run.waits_for else ""
