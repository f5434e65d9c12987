"""What the ways are called in which a station's configuration differs from what it should be."""

from django.utils.translation import gettext_lazy as _

from stations.domain.configuration import Drift
from stations.views.wording import Text, Word

DRIFTS = {
    Drift.SAME: Word(_("As it should be"), "check", "available"),
    Drift.DIFFERS: Word(_("Differs"), "alert", "occupied"),
    Drift.UNREPORTED: Word(_("Not known"), "question", "unknown"),
    Drift.AFTER_REBOOT: Word(_("After a reset"), "reset", "reserved"),
    Drift.REFUSED: Word(_("Refused"), "x", "faulted"),
    Drift.OVERRULED: Word(_("Set back each time"), "x", "faulted"),
}
MEANINGS: dict[Drift, Text] = {
    Drift.SAME: "",
    Drift.DIFFERS: _("The station has another value."),
    Drift.UNREPORTED: _("The station has not told this value."),
    Drift.AFTER_REBOOT: _("The station took the value; it takes effect when it restarts."),
    Drift.REFUSED: _("The station refuses this value. It is not tried again until the template changes."),
    Drift.OVERRULED: _("The station takes the value and tells another one afterwards. It is not tried again."),
}
