"""What the states of uptime, outages and exclusions are called, in plain words."""

from django.utils.translation import gettext_lazy as _

from monitoring.domain.uptime import Cause, Reason
from monitoring.models import Exclusion
from stations.views.wording import Text, Word

EXCLUSION_STATES = {
    Exclusion.State.PROPOSED: Word(_("Waits for review"), "clock", "occupied"),
    Exclusion.State.APPROVED: Word(_("Approved"), "check", "available"),
    Exclusion.State.REJECTED: Word(_("Rejected"), "x", "unavailable"),
}
WITHDRAWN = Word(_("Withdrawn"), "minus", "unavailable")

REASONS: dict[str, Text] = {
    **{reason.value: reason.label for reason in Exclusion.Reason},
    Reason.CLOSED: _("Outside of opening hours"),
}

CAUSES: dict[str, Text] = {
    Cause.WORKING: _("Worked"),
    Cause.FAULT: _("Fault told by the charger"),
    Cause.UNAVAILABLE: _("Out of service by the charger's own word"),
    Cause.OPERATOR: _("Taken out of service by the operator"),
    Cause.CANNOT_CHARGE: _("Available, but cannot charge"),
    Cause.LOW_POWER: _("Available, but too little power"),
    Cause.GHOST: _("Available, but nobody can use it"),
    Cause.OFFLINE: _("Not connected"),
    Cause.UNTOLD: _("Connected, but no status told"),
}
