"""How a run ends, and what the incident's timeline says of its steps."""

from collections.abc import Sequence
from datetime import datetime

from drivers.domain.phrases import Phrase, english
from monitoring.domain.incidents import EntryKind
from monitoring.domain.playbooks import RAN, End, Finish, Result, Step, Why
from monitoring.models import RepairRun, RepairStep
from monitoring.services import timeline

DONE = {
    Step.PROBE: Phrase("The station was asked for a Heartbeat."),
    Step.TRIGGER: Phrase("The station was asked for its status."),
    Step.SOFT_RESET: Phrase("A soft reset was sent."),
    Step.UNLOCK: Phrase("The plug was told to unlock."),
    Step.HARD_RESET: Phrase("A hard reset was sent."),
    Step.WORK_ORDER: Phrase("A work order was made."),
}
STEPS = {
    Step.PROBE: Phrase("Probe"),
    Step.TRIGGER: Phrase("Ask for its status"),
    Step.SOFT_RESET: Phrase("Soft reset"),
    Step.UNLOCK: Phrase("Unlock the plug"),
    Step.HARD_RESET: Phrase("Hard reset"),
    Step.WORK_ORDER: Phrase("Work order"),
}
WHYS = {
    Why.OFFLINE: Phrase("the station is offline"),
    Why.SESSION: Phrase("a session runs"),
    Why.RESERVATION: Phrase("a place is kept for somebody"),
    Why.PLUGGED: Phrase("a cable is plugged in"),
    Why.WINDOW: Phrase("it is worked on"),
    Why.COMMAND: Phrase("another command is under way"),
    Why.FIRMWARE: Phrase("firmware is being installed"),
    Why.DANGEROUS: Phrase("the fault may hurt somebody, so that a person has to look first"),
    Why.LIMIT: Phrase("the daily limit is reached"),
    Why.NO_LOCK: Phrase("the plug is not stuck"),
    Why.NO_EVSE: Phrase("it is not known at which EVSE"),
    Why.TOO_LATE: Phrase("the run took too long"),
}
_ENDS = {
    End.CURED: Phrase("Cured by: %(step)s"),
    End.OVER: Phrase("It was over by itself."),
    End.HANDED_OVER: Phrase("It was not cured: now it is for a technician."),
    End.EXHAUSTED: Phrase("It was not cured, and the playbook has no further step."),
    End.STOPPED: Phrase("Stopped: %(why)s"),
}


def done(run: RepairRun, step: Step, now: datetime) -> None:
    _say(run, DONE[step].english, now)


def skipped(run: RepairRun, step: Step, why: Why, now: datetime) -> None:
    # Only stuck plugs are ever unlocked: no news.
    if why is not Why.NO_LOCK:
        _say(run, english("Passed over: %(step)s, as %(why)s.", step=STEPS[step], why=WHYS[why]), now)


def end(run: RepairRun, taken: Sequence[RepairStep], decision: Finish, now: datetime) -> None:
    """Write down how it ended; of a dry run nothing was cured by anything."""
    helper = None if run.is_dry else decision.cured_by
    run.state = End.OVER if run.is_dry and decision.end is End.CURED else decision.end
    run.cured_by, run.ended_at, run.due_at = helper or "", now, None
    run.waits_for, run.blocked_since = "", None
    run.note = run.note if run.state == End.STOPPED else ""
    for row in taken:
        if row.step != Step.WORK_ORDER and row.state in (Result.OPEN, Result.TAKEN, Result.NO_CURE):
            row.state = Result.CURED if row.step == helper else Result.NO_CURE
            row.save(update_fields=["state"])
    if run.is_dry:
        _say_dry(run, taken, now)
        return
    said = _ENDS[End(run.state)]
    if run.state == End.CURED and helper is not None:
        said = said.filled(step=STEPS[helper])
    if run.state == End.STOPPED:
        said = said.filled(why=run.note)
    _say(run, said.english, now)


def _say_dry(run: RepairRun, taken: Sequence[RepairStep], now: datetime) -> None:
    """One line for all of it: nothing happened."""
    would = [STEPS[Step(row.step)].english for row in taken if row.state in RAN]
    if would and run.incident is not None:
        text = english("In a dry run; it would have been: %(steps)s", steps=", ".join(would))
        timeline.add(run.incident, EntryKind.REPAIR, at=now, text=text, data={"run": run.pk})


def _say(run: RepairRun, text: str, now: datetime) -> None:
    if run.incident is not None and not run.is_dry:
        timeline.add(run.incident, EntryKind.REPAIR, at=now, text=text, data={"run": run.pk})


def nudge(run: RepairRun) -> None:
    """Tell open pages, once this transaction is committed."""
    timeline.nudge([run.organization_id], [run.station_id])
