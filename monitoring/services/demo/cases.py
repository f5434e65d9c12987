"""The incidents of the demo network's past: its rules look again, and its people do what they did.

What belongs together in time is one transaction, so that nobody who looks at the present finds it half told.
"""

import heapq
import itertools
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Min

from drivers import clock
from drivers.domain.phrases import english
from drivers.models import Organization, User
from monitoring.models import Alert, Escalation, Incident, Notification, Rota
from monitoring.notifiers.base import Undelivered
from monitoring.selectors.rota import person_on_call
from monitoring.services import alerting, digests, escalation, fanout, incidents, sending
from monitoring.services.alerting import Look
from monitoring.services.demo import mending
from monitoring.services.demo.team import FIRST_LINE, SECOND_LINE, Team
from monitoring.services.demo.troubles import Trouble, together, troubles_of
from monitoring.services.rule_settings import settings_of
from monitoring.services.sending import Ready
from stations.services.demo.spells import Kind

State = Notification.State
log = structlog.get_logger(__name__)

_APART = timedelta(minutes=45)
_BREATH_S = 0.02
_FAILS_ONE_IN = 97


def make(organization: Organization, stop: threading.Event) -> int:
    """Tell what is not told yet; returns how many incidents that made."""
    before = Incident.objects.filter(organization=organization).count()
    for group in together(troubles_of(organization), _APART):
        first = group[0]
        known = Alert.objects.filter(rule=first.rule.name, station=first.told[0].station, began_at=first.told[0].start)
        if known.exists():
            continue
        if stop.wait(_BREATH_S):
            break
        try:
            with transaction.atomic():
                Case(Team(organization), group).tell()
        except IntegrityError:
            # The same is wrong there now: the past waits until it is over, and the next start.
            log.info("demo.past_waits", station=first.told[0].station.identity)
    return Incident.objects.filter(organization=organization).count() - before


@dataclass
class Case:
    """Troubles that overlap, and an agenda of what was found and done when."""

    team: Team
    troubles: list[Trouble]
    _agenda: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)
    _order: "itertools.count[int]" = field(default_factory=itertools.count)

    def at(self, moment: datetime, deed: Callable[[], object]) -> None:
        """`deed` is to be done then."""
        heapq.heappush(self._agenda, (moment, next(self._order), deed))

    def tell(self) -> None:
        for trouble in self.troubles:
            self.at(trouble.noticed_at, lambda trouble=trouble: self._notice(trouble))  # type: ignore[misc]
            self.at(trouble.end, lambda trouble=trouble: self._look(trouble))  # type: ignore[misc]
            over = trouble.end + trouble.rule.clear_after + timedelta(seconds=2)
            self.at(over, lambda trouble=trouble: self._look(trouble))  # type: ignore[misc]
        while self._agenda:
            moment, _, deed = heapq.heappop(self._agenda)
            with clock.at(moment):
                deed()
                _tell_people()
            next_at = self._waits_until
            if next_at and (not self._agenda or next_at < self._agenda[0][0]):
                self.at(max(next_at, moment), _nothing)

    @property
    def _waits_until(self) -> datetime | None:
        """When somebody is to be told next: the next one, or the same again."""
        waiting = Notification.objects.filter(state__in=(State.WAITING, State.HELD)).aggregate(at=Min("due_at"))["at"]
        steps = Escalation.objects.filter(due_at__isnull=False).aggregate(at=Min("due_at"))["at"]
        return min((at for at in (waiting, steps) if at is not None), default=None)

    def _look(self, trouble: Trouble) -> None:
        now = clock.now()
        stations = {one.station.pk for one in trouble.told}
        look = Look(trouble.rule, settings_of([trouble.rule])[trouble.rule.name], now, stations)
        others = [other for other in self.troubles if other.kind is trouble.kind and other is not trouble]
        found = [*trouble.findings(now), *(f for other in others for f in other.findings(now))]
        look.findings = {finding.subject: finding for finding in found if finding.station_id in stations}
        alerting.bring_on(look)

    def _notice(self, trouble: Trouble) -> None:
        self._look(trouble)
        alert = Alert.objects.filter(
            rule=trouble.rule.name, station=trouble.told[0].station, resolved_at=None, incident__isnull=False
        ).first()
        if alert is None or alert.incident is None or alert.incident.acknowledged_at is not None:
            return
        rng = random.Random(f"{trouble.told[0].spell}")  # noqa: S311
        self._respond(trouble, alert.incident, rng)

    def _respond(self, trouble: Trouble, incident: Incident, rng: random.Random) -> None:
        now = clock.now()
        local = now.astimezone(trouble.told[0].station.site.zone)
        wait_s = rng.uniform(120, 900) if 7 <= local.hour < 22 else rng.uniform(400, 1900)
        line = FIRST_LINE if wait_s < 900 else SECOND_LINE
        person = person_on_call(Rota.objects.get(organization=self.team.organization, name=line), now)
        if person is None or now + timedelta(seconds=wait_s) >= trouble.end:
            return
        seen = now + timedelta(seconds=wait_s)
        self.at(seen, lambda: _if_open(incident, lambda: incidents.acknowledge(incident_id=incident.pk, by=person)))
        if said := mending.first_word(trouble, rng):
            self.at(
                seen + timedelta(seconds=rng.uniform(60, 500)),
                lambda: incidents.comment(incident_id=incident.pk, text=said, by=person),
            )
        if trouble.kind is Kind.FAULT and trouble.end - now > mending.LONG:
            self._send_somebody(trouble, incident, seen, rng, person)

    def _send_somebody(
        self, trouble: Trouble, incident: Incident, seen: datetime, rng: random.Random, by: User
    ) -> None:
        visit = mending.Visit(trouble, incident, rng.choice(self.team.technicians), self.team.manager, rng)
        self.at(seen + timedelta(minutes=rng.uniform(8, 25)), visit.ask)
        self.at(visit.begins, visit.begin)
        self.at(trouble.end + timedelta(minutes=rng.uniform(5, 20)), visit.end)


def _nothing() -> None:
    """Only those who wait are told."""


def _if_open(incident: Incident, deed: Callable[[], object]) -> None:
    incident.refresh_from_db()
    if incident.is_open and incident.acknowledged_at is None:
        deed()


def _tell_people() -> None:
    fanout.tell_entries()
    escalation.sweep()
    digests.make()
    sending.deliver(transport=_taken)


def _taken(row: Notification, ready: Ready | Undelivered) -> Undelivered | None:
    """Nobody is written to of what is long over; now and then the first try went wrong, as it does."""
    if isinstance(ready, Undelivered):
        return ready
    if row.attempts == 1 and row.pk % _FAILS_ONE_IN == 0:
        return Undelivered(english("The mail server did not answer in time."))
    return None
