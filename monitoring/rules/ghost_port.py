"""Ports that say Available, and nobody charges there."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Figure, Phrase
from monitoring.domain.habits import GAPS, ghost
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, Threshold
from monitoring.rules.charging import finding, port
from monitoring.selectors.silence import quiet_ports


class GhostPort(Rule):
    name = "ghost_port"
    title = _("Ghost port")
    about = _(
        "The port says that it is available, and has had no session for many times its usual gap at these hours of the"
        " week, while others at the site are as busy as ever. Go and look: a broken screen or card reader, a damaged"
        " cable, a blocked bay, a sign that says out of order. Ports with little history are never called ghosts."
    )
    severity = Severity.MINOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("gaps", _("Times the usual gap without a session"), Decimal(str(GAPS)), least=Decimal(1)),
    )
    every = timedelta(minutes=10)
    is_slow = True

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        def gaps(site_id: int) -> float:
            return float(scope.threshold("gaps", site_id))

        for quiet in quiet_ports(scope.stations, gaps=gaps, now=now):
            if not ghost(quiet.silence, quiet.habit, gaps=gaps(quiet.evse.station.site_id)):
                continue
            yield finding(
                quiet.evse,
                began_at=quiet.silence.since,
                said=Phrase(
                    "Nobody has charged at EVSE %(evse)s of %(station)s for %(gaps)s times its usual gap;"
                    " its neighbours had %(neighbours)s sessions meanwhile.",
                    gaps=Figure(quiet.silence.gaps, 1),
                    neighbours=quiet.silence.neighbours,
                    **port(quiet.evse),
                ),
                evidence={
                    "gaps": round(quiet.silence.gaps, 2),
                    "neighbours": quiet.silence.neighbours,
                    "neighbours_usual": round(quiet.silence.neighbours_usual, 1),
                    "sessions_known": quiet.habit.sessions,
                },
            )
