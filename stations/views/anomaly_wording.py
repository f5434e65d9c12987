"""What is odd about a session, in words: what it is called, and what became of it."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from stations.domain.anomalies import Anomaly
from stations.views.wording import Text


@dataclass(frozen=True, slots=True)
class AnomalyText:
    """`meaning`: what happened, and what is counted."""

    label: Text
    meaning: Text


ANOMALIES = {
    Anomaly.UNKNOWN_STOP: AnomalyText(
        _("Unknown transaction"),
        _("The charger ended a transaction whose number was never given out. What it told is kept here."),
    ),
    Anomaly.FOREIGN_STOP: AnomalyText(
        _("Another station's transaction"),
        _("The charger ended a transaction with the number of another station's session, which was left alone."),
    ),
    Anomaly.NEVER_ENDED: AnomalyText(
        _("Never ended"),
        _("The charger forgot this session. It was ended at the last sign of it, with the energy known by then."),
    ),
    Anomaly.ENDED_LATE: AnomalyText(
        _("Ended late"), _("It had been ended here; then the charger told of its end after all, and that counts.")
    ),
    Anomaly.ID_REUSED: AnomalyText(
        _("Number used again"),
        _("The charger gave this transaction's number to a new one, as after a factory reset."),
    ),
    Anomaly.NO_BEGIN_READING: AnomalyText(
        _("No reading at the start"),
        _("The meter was not told at the start; energy counts from the first reading that makes sense."),
    ),
    Anomaly.METER_JUMPED: AnomalyText(
        _("Meter jumped"), _("The meter rose more than the power here allows. The jump is not counted.")
    ),
    Anomaly.METER_RAN_BACK: AnomalyText(
        _("Meter ran back"), _("The meter showed less than before. What was counted stays; it goes on from there.")
    ),
    Anomaly.KWH_AS_WH: AnomalyText(
        _("kWh told as Wh"), _("The meter counts kWh though it says Wh. It was counted as kWh.")
    ),
    Anomaly.TINY_ENERGY: AnomalyText(
        _("Hardly any energy"),
        _("This and the sessions before charged next to nothing for their length: the meter may count kWh."),
    ),
    Anomaly.WRONG_CLOCK: AnomalyText(
        _("Wrong clock"), _("The charger's clock cannot be right. The times shown are when we heard of it.")
    ),
    Anomaly.NEGATIVE_DURATION: AnomalyText(
        _("Ended before it began"),
        _("By the charger's clock, which was set meanwhile. The times shown are when we heard of it."),
    ),
    Anomaly.EVENTS_MISSING: AnomalyText(
        _("Messages missing"), _("Some of the charger's messages about this session never came.")
    ),
    Anomaly.EVENTS_CONTRADICT: AnomalyText(
        _("Contradicts itself"), _("The charger told two different things under the same message number.")
    ),
    Anomaly.OTHER_CONNECTOR: AnomalyText(
        _("Another connector's readings"),
        _("Readings of another connector came under this session's number. They are not counted here."),
    ),
    Anomaly.READINGS_AFTER_END: AnomalyText(
        _("Readings after the end"), _("Readings came for a time after its end. They are kept and not counted.")
    ),
}


def texts(codes: list[str]) -> list[AnomalyText]:
    """The words for a session's anomalies; of a code that is not known, the code."""
    known = {code.value: text for code, text in ANOMALIES.items()}
    return [known.get(code, AnomalyText(code, "")) for code in codes]
