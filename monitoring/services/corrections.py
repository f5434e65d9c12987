"""What a person says against a ledger, and the figures that follow from it at once."""

from typing import Any

from monitoring.models import Correction, Port
from monitoring.services import ledger, uptime_rollups


def correct(*, port: Port, **said: Any) -> Correction:
    """As ledger.correct, which says what is asked for; the port's sums are worked out anew right away.

    Raises ValidationError.
    """
    correction = ledger.correct(port=port, **said)
    uptime_rollups.bring_up([port.pk])
    return correction
