"""What a person says against a ledger, and the figures that follow from it at once."""

from typing import Any

from django.core.files.base import File

from monitoring.models import Correction, Port
from monitoring.services import evidence, ledger, uptime_rollups

FOLDER = "corrections"


def correct(*, port: Port, file: "File[bytes]", **said: Any) -> Correction:
    """As ledger.correct, which says what is asked for, with a file that shows it; the port's sums are worked out anew
    right away.

    Raises ValidationError, evidence.NotEvidence.
    """
    kept = evidence.keep(file, folder=FOLDER)
    try:
        correction = ledger.correct(port=port, file=kept, **said)
    except BaseException:
        evidence.discard(kept.file)
        raise
    uptime_rollups.bring_up([port.pk])
    return correction
