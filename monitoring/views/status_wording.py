"""The words of status pages."""

from django.utils.translation import gettext_lazy as _

from monitoring.domain.status_page import Condition
from monitoring.models import PublicIncident
from stations.views.wording import Word

State = PublicIncident.State

CONDITIONS = {
    Condition.ALL: Word(_("All charging points work"), "check", "available"),
    Condition.MOST: Word(_("Most charging points work"), "alert", "occupied"),
    Condition.SOME: Word(_("Some charging points work"), "alert", "faulted"),
    Condition.NONE: Word(_("No charging point works"), "x", "faulted"),
    Condition.UNKNOWN: Word(_("It is not known how it is"), "question", "unknown"),
}

# The same in a list, where a word is enough.
SHORT = {
    Condition.ALL: Word(_("All work"), "check", "available"),
    Condition.MOST: Word(_("Most work"), "alert", "occupied"),
    Condition.SOME: Word(_("Some work"), "alert", "faulted"),
    Condition.NONE: Word(_("Out of service"), "x", "faulted"),
    Condition.UNKNOWN: Word(_("Not known"), "question", "unknown"),
}

STATES = {
    State.INVESTIGATING: Word(State.INVESTIGATING.label, "search", "faulted"),
    State.IDENTIFIED: Word(State.IDENTIFIED.label, "alert", "occupied"),
    State.MONITORING: Word(State.MONITORING.label, "gauge", "charging"),
    State.RESOLVED: Word(State.RESOLVED.label, "check", "available"),
}
