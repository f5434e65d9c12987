"""What culprits, scores, partings and problems are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from monitoring.domain.attribution import Culprit, Verdict, said
from monitoring.domain.link_score import FAIR, GOOD
from monitoring.domain.network_test import Change, Problem
from monitoring.models import Drop, NetworkTestResult
from stations.domain.partings import Parting
from stations.views.wording import Word

CULPRITS = {
    Culprit.US: Word(pgettext_lazy("culprit", "Busbar itself"), "settings", "reserved"),
    Culprit.ASKED: Word(pgettext_lazy("culprit", "Told to restart"), "reset", "unavailable"),
    Culprit.POWER: Word(pgettext_lazy("culprit", "Power at the site"), "power", "occupied"),
    Culprit.ROUTER: Word(pgettext_lazy("culprit", "Router of the site"), "site", "occupied"),
    Culprit.PROVIDER: Word(pgettext_lazy("culprit", "Provider"), "map", "charging"),
    Culprit.CHARGER: Word(pgettext_lazy("culprit", "This charger"), "station", "faulted"),
    Culprit.UNCLEAR: Word(pgettext_lazy("culprit", "Cannot be told"), "question", "unknown"),
}
PENDING = Word(pgettext_lazy("culprit", "Not judged yet"), "clock", "unknown")

PARTINGS: dict[str, Promise] = {
    Parting.CHARGER: _("The charger closed it"),
    Parting.SILENT: _("The charger answered no ping"),
    Parting.CUT: _("It broke without a word"),
    Parting.SUPERSEDED: _("The charger came back before the old socket was known to be dead"),
    Parting.OURS: _("Busbar closed it"),
    Parting.PROCESS_DIED: _("The edge process died"),
    Parting.DATABASE_AWAY: _("It ended while the database was away"),
    Parting.REVOKED: _("Its certificate was revoked"),
}

PROBLEMS: dict[str, Promise] = {
    Problem.NO_ANSWER: _("No answer to a CALL"),
    Problem.LOST: _("Connection lost during the test"),
    Problem.NOTHING_CAME: _("Took the trigger, but the message did not come"),
    Problem.LARGE_LOST: _("Small messages arrive, one of 2 kB does not: look at the router's and modem's MTU"),
    Problem.SLOW_ANSWER: _("Slow to answer"),
    Problem.SLOW_PING: _("Slow connection"),
    Problem.CLOCK_WRONG: _("Clock is wrong"),
    Problem.NOT_ENCRYPTED: _("Not encrypted, though its security profile asks for it"),
}

CHANGES = {
    Change.NEW_FAILURE: Word(_("Fails now"), "alert", "faulted"),
    Change.STILL_FAILING: Word(_("Still failing"), "alert", "occupied"),
    Change.WORSE: Word(_("Slower"), "arrow-out", "occupied"),
    Change.SAME: Word(_("As before"), "minus", "unknown"),
    Change.BETTER: Word(_("Faster"), "arrow-in", "available"),
    Change.FIXED: Word(_("Works again"), "check", "available"),
    Change.NEW: Word(_("Not tested before"), "minus", "unknown"),
}

_State = NetworkTestResult.State
RESULTS = {
    _State.WAITING: Word(_State.WAITING.label, "clock", "unknown"),
    _State.RUNNING: Word(_State.RUNNING.label, "play", "charging"),
    _State.PASSED: Word(_State.PASSED.label, "check", "available"),
    _State.FAILED: Word(_State.FAILED.label, "alert", "faulted"),
    _State.OFFLINE: Word(_State.OFFLINE.label, "offline", "offline"),
    _State.CANCELLED: Word(_State.CANCELLED.label, "minus", "unavailable"),
}


def culprit_word(drop: Drop) -> Word:
    """Whose fault a drop was."""
    return CULPRITS[Culprit(drop.culprit)] if drop.culprit else PENDING


def grounds(drop: Drop) -> str:
    """Why that is thought."""
    return str(said(Verdict(Culprit(drop.culprit), drop.lost, drop.stood))) if drop.culprit else ""


def parting_text(drop: Drop) -> object:
    """How the socket ended."""
    return PARTINGS.get(drop.parting, drop.parting)


def score_word(score: float | None) -> Word:
    """A score with its colour."""
    if score is None:
        return Word("–", "question", "unknown")
    text = f"{int(score)}"
    if score >= GOOD:
        return Word(text, "check", "available")
    return Word(text, "gauge", "occupied") if score >= FAIR else Word(text, "alert", "faulted")
