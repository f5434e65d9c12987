"""Self-repair in the demo network's past: its playbook, walked through the faults that its rules found then."""

import threading
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from drivers import clock
from drivers.domain.roles import Role
from drivers.models import Organization, User
from monitoring.domain.playbooks import Mode, Seen, Step
from monitoring.models import Alert, Playbook, RepairRun, WorkOrder
from monitoring.selectors import repair_sight
from monitoring.services import fanout, playbook_settings, repair_sweep, repairs
from monitoring.services.playbook_settings import Settings
from stations.models import Command, Session

_BREATH_S = 0.01


def make(organization: Organization, stop: threading.Event) -> int:
    """Switch it on and tell of the faults that have no run yet; returns how many runs that made."""
    _switch_on(organization)
    wanted = playbook_settings.settings()
    alerts = Alert.objects.filter(
        organization=organization, rule="faulted", resolved_at__isnull=False, raised_at__isnull=False, repair_runs=None
    )
    made = 0
    for alert in alerts.select_related("station").order_by("raised_at"):
        if stop.wait(_BREATH_S):
            break
        with transaction.atomic():
            made += _replay(alert, wanted)
    # Steps of long ago are looked at like any others: they are no news, and nobody is told.
    while fanout.tell_entries():
        continue
    return made


def _switch_on(organization: Organization) -> None:
    owner = User.objects.filter(memberships__organization=organization, memberships__role=Role.OWNER).first()
    if owner is None or Playbook.objects.filter(organization=organization).exists():
        return
    with clock.at(organization.created_at - timedelta(days=90)):
        playbook_settings.change(
            organization_id=organization.pk, site=None, mode=Mode.ON, rules=None, steps=None, per_day=None, by=owner
        )


def _replay(alert: Alert, wanted: Settings) -> bool:
    over_at, moment = alert.resolved_at, alert.raised_at
    if over_at is None or moment is None or alert.station is None:
        return False
    playbook = wanted.at(alert.organization_id, alert.station.site_id)
    moment += timedelta(seconds=1)
    with clock.at(moment):
        run = repairs.begin(alert=alert, playbook=playbook, is_dry=False, by=None, now=moment)
    if run is None:
        return False
    while run.ended_at is None:
        with clock.at(moment):
            repair_sweep.advance(run.pk, wanted, now=moment, world=Past())
        run.refresh_from_db()
        due_at = run.due_at or moment
        moment = max(min(due_at, over_at) if moment < over_at else due_at, moment + timedelta(seconds=1))
    return True


class Past:
    """The network as it was: nothing is sent to what is there now."""

    def see(self, run: RepairRun, now: datetime) -> Seen:
        alert = run.alert
        sessions = Session.objects.filter(Q(ended_at=None) | Q(ended_at__gt=now), station=run.station_id)
        return Seen(
            is_over=alert is None or alert.resolved_at is None or alert.resolved_at <= now,
            is_clearing=alert is not None and alert.cleared_at is not None and alert.cleared_at <= now,
            has_session=sessions.filter(started_at__lte=now).exists(),
            disrupted=repair_sight.disrupted(run.station_id, is_dry=False, now=now),
        )

    def ask(self, run: RepairRun, step: Step) -> Command | None:
        return None

    def hand_over(self, run: RepairRun) -> WorkOrder | None:
        """The one that somebody made of the incident, if anybody did."""
        return WorkOrder.objects.filter(incident=run.incident_id).first() if run.incident_id else None
